import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { Client, type ClientStore } from "../oauth/client.ts";
import { conditionally } from "./dynamo.ts";

/** pk = `client#id`. */
export function dynamoClientStore(db: DynamoDBDocumentClient, TableName: string): ClientStore {
  return {
    async create(client) {
      const Item = { pk: `client#${client.clientId}`, ...client };
      const created = await conditionally(() =>
        db.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(pk)" })),
      );
      return created.held ? "created" : "taken";
    },

    async find(clientId) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: { pk: `client#${clientId}` } }));
      return Item && Client.parse(Item);
    },
  };
}
