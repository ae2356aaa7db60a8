import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { Document } from "../document/document.ts";
import type { DocumentStore } from "../document/document-store.ts";
import { changing, taking, unlocking } from "./document-updates.ts";
import { conditionally } from "./dynamo.ts";

/** Documents for those who lock one and note what became of it; they need no request and no other table. */
export function dynamoDocumentChanger(
  db: DynamoDBDocumentClient,
  TableName: string,
): Pick<DocumentStore, "take" | "change" | "unlock"> {
  return {
    async take(irn, hold, now) {
      const taken = await conditionally(() => db.send(new UpdateCommand(taking({ TableName, irn }, hold, now))));
      return taken.held ? Document.parse(taken.result.Attributes) : undefined;
    },

    async change(irn, hold, effect) {
      const changed = await conditionally(() => db.send(new UpdateCommand(changing({ TableName, irn }, hold, effect))));
      return changed.held ? Document.parse(changed.result.Attributes) : "fenced";
    },

    async unlock(irn, hold, pending) {
      await conditionally(() => db.send(new UpdateCommand(unlocking({ TableName, irn }, hold, { pending }))));
    },
  };
}
