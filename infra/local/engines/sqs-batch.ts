import { AwsError } from "./aws-error.ts";
import { entryCode, modelled } from "./sqs-errors.ts";

/** The entries stand or fall alone, once the batch as a whole is in order. */
export function batch<Entry extends { Id: string | undefined }>(
  given: Entry[] | undefined,
  run: (entry: Entry) => object,
) {
  const entries = given ?? [];
  checkBatch(entries.map(({ Id }) => Id ?? ""));
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push(run(entry));
    } catch (error) {
      if (!(error instanceof AwsError) || error.type.endsWith("#QueueDoesNotExist")) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: entryCode(error), Message: error.message });
    }
  }
  return { Successful, Failed };
}

function checkBatch(ids: string[]): void {
  const refuse = (name: string, message: string) => modelled(name, `AWS.SimpleQueueService.${name}`, message);
  if (ids.length === 0) throw refuse("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (ids.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${ids.length}.`;
    throw refuse("TooManyEntriesInBatchRequest", message);
  }
  const wrong = ids.find((id) => !/^[\w-]{1,80}$/.test(id));
  if (wrong !== undefined) {
    const message =
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
    throw refuse("InvalidBatchEntryId", message);
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw refuse("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`);
}
