import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { IrpUserStore } from "../irp/irp.ts";

const StoredUser = z.object({ v: z.literal(1), userName: z.string(), password: z.string() });

/** pk = `irp-user#gstin`, in the clients table. */
export function dynamoIrpUserStore(db: DynamoDBDocumentClient, TableName: string): IrpUserStore {
  return {
    async find(gstin) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: { pk: `irp-user#${gstin}` } }));
      return Item && StoredUser.parse(Item);
    },
    async save(gstin, user) {
      await db.send(new PutCommand({ TableName, Item: { pk: `irp-user#${gstin}`, v: 1, ...user } }));
    },
  };
}
