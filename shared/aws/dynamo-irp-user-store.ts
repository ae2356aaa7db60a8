import { createHash } from "node:crypto";
import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateScan } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { GstinList, IrpUserStore } from "../irp/irp.ts";
import type { Vault } from "../vault.ts";

const PREFIX = "irp-user#";
const Key = z.object({ pk: z.string().startsWith(PREFIX) });
const StoredUser = z.object({ v: z.literal(1), userName: z.string(), sealedPassword: z.string() });

/** pk = `irp-user#gstin`, in the clients table. */
export function dynamoIrpUserStore(db: DynamoDBDocumentClient, TableName: string, vault: Vault): IrpUserStore {
  return {
    async find(gstin) {
      const pk = keyOf(gstin);
      const { Item } = await db.send(new GetCommand({ TableName, Key: { pk }, ConsistentRead: true }));
      if (!Item) return undefined;
      const { userName, sealedPassword } = StoredUser.parse(Item);
      const password = await vault.open(pk, sealedPassword);
      // Nothing is sealed twice alike, so what was sealed names the saving.
      return { userName, password, version: createHash("sha256").update(sealedPassword).digest("base64url") };
    },
    async save(gstin, { userName, password }) {
      const pk = keyOf(gstin);
      const sealedPassword = await vault.seal(pk, password);
      await db.send(new PutCommand({ TableName, Item: { pk, v: 1, userName, sealedPassword } }));
    },
  };
}

/** A scan, because the clients table is small: some items for each client. */
export function dynamoGstinList(db: DynamoDBDocumentClient, TableName: string): GstinList {
  const users = {
    TableName,
    FilterExpression: "begins_with(pk, :prefix)",
    ExpressionAttributeValues: { ":prefix": PREFIX },
    ProjectionExpression: "pk",
  };
  return {
    async *gstins() {
      for await (const { Items = [] } of paginateScan({ client: db }, users))
        yield* Items.map((item) => Key.parse(item).pk.slice(PREFIX.length));
    },
  };
}

function keyOf(gstin: string): string {
  return `${PREFIX}${gstin}`;
}
