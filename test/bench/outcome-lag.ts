import { DynamoDBClient, ListTablesCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { localAws } from "./stack.ts";

/** When a caller had the answer with this IRN, epoch ms. */
export interface Received {
  readonly irn: string;
  readonly at: number;
}

/**
 * From the moment in which the worker stored an outcome to the moment in which the caller had it: the look that found it,
 * the handler's answer and the way through the gateway. Milliseconds, by the clock that both share on one machine.
 */
export async function outcomeLags(awsUrl: string, received: readonly Received[]): Promise<number[]> {
  const client = new DynamoDBClient(localAws(awsUrl));
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => name.includes("requests"));
  const storedAt = new Map<string, number>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    for (const { irn, finishedAt } of Items) {
      if (irn?.S && finishedAt?.S) storedAt.set(irn.S, Date.parse(finishedAt.S));
    }
  }
  client.destroy();
  return received.map(({ irn, at }) => at - (storedAt.get(irn) ?? Number.NaN)).filter((ms) => ms >= 0);
}
