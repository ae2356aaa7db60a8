import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { exemptClasses } from "../invoice/check-context.ts";
import type { ProfileStore } from "../taxpayer/profile-store.ts";

const StoredProfile = z.object({
  v: z.literal(1),
  turnoverCrore: z.union([z.literal(0), z.literal(5), z.literal(10), z.literal(100)]),
  exemptClass: z.enum(exemptClasses).optional(),
});

/** pk = `profile#gstin`, in the clients table. */
export function dynamoProfileStore(db: DynamoDBDocumentClient, TableName: string): ProfileStore {
  return {
    async find(gstin) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: { pk: `profile#${gstin}` } }));
      if (!Item) return undefined;
      const { turnoverCrore, exemptClass } = StoredProfile.parse(Item);
      return { turnoverCrore, ...(exemptClass ? { exemptClass } : {}) };
    },
    async save(gstin, profile) {
      await db.send(new PutCommand({ TableName, Item: { pk: `profile#${gstin}`, v: 1, ...profile } }));
    },
  };
}
