import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { Policy, type PolicyStore } from "../budget/policy.ts";

/** pk = `policy#gstin`, in the upstream table. */
export function dynamoPolicyStore(db: DynamoDBDocumentClient, TableName: string): PolicyStore {
  const at = (gstin: string) => ({ pk: `policy#${gstin}` });
  return {
    async find(gstin) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: at(gstin) }));
      return Item && Policy.parse(Item);
    },
    async save(gstin, policy) {
      await db.send(new PutCommand({ TableName, Item: { ...at(gstin), v: 1, ...policy } }));
    },
    async remove(gstin) {
      await db.send(new DeleteCommand({ TableName, Key: at(gstin) }));
    },
  };
}
