import { AwsError } from "./aws-error.ts";
import { dynalite, type Item } from "./dynalite.ts";
import type { Engine } from "./engine.ts";

/** How often an operation was called on a resource, and what DynamoDB would bill for it. */
export interface Tally {
  calls: number;
  readUnits: number;
  writeUnits: number;
}

/** By operation and resource: `PutItem einvoice-local-requests`. */
export type Tallies = Map<string, Tally>;

type Capacity = { CapacityUnits: number };
type Input = {
  TableName?: string;
  QueueUrl?: string;
  RequestItems?: object;
  ReturnConsumedCapacity?: string;
};
type Output = { ConsumedCapacity?: Capacity | Capacity[] };

/** The engine with its calls counted. The counting shows in no answer. */
export function metered(engine: Engine, tallies: Tallies): Engine {
  return {
    ...engine,
    async call(operation, input, signal) {
      const tally = tallyOf(tallies, operation, input);
      tally.calls += 1;
      return engine.call(operation, input, signal);
    },
  };
}

/** DynamoDB with its calls and units counted: every call is asked for its capacity, which only who asked for it gets to see. */
export function meteredTables(engine: Engine, tallies: Tallies): Engine {
  const counted = metered(engine, tallies);
  return {
    ...counted,
    async call(operation, input: Input, signal) {
      const tally = tallyOf(tallies, operation, input);
      const kind = /Get|Query|Scan/.test(operation) ? "readUnits" : "writeUnits";
      try {
        const { ReturnConsumedCapacity: asked = "NONE" } = input;
        const asking = { ...input, ReturnConsumedCapacity: asked === "NONE" ? "TOTAL" : asked };
        const { ConsumedCapacity, ...output } = (await counted.call(operation, asking, signal)) as Output;
        tally[kind] += unitsOf(ConsumedCapacity);
        return asked === "NONE" || !ConsumedCapacity ? output : { ...output, ConsumedCapacity };
      } catch (error) {
        tally[kind] += unitsOfRefusal(error);
        throw error;
      }
    },
  };
}

function tallyOf(tallies: Tallies, operation: string, { TableName, QueueUrl, RequestItems = {} }: Input): Tally {
  const resource = TableName ?? QueueUrl?.split("/").at(-1) ?? Object.keys(RequestItems)[0];
  return tallyNamed(tallies, [operation, resource].filter(Boolean).join(" "));
}

function tallyNamed(tallies: Tallies, name: string): Tally {
  const tally = tallies.get(name) ?? { calls: 0, readUnits: 0, writeUnits: 0 };
  tallies.set(name, tally);
  return tally;
}

/** A call that is no engine's operation. */
export function countCall(tallies: Tallies, name: string): void {
  tallyNamed(tallies, name).calls += 1;
}

function unitsOf(consumed: Output["ConsumedCapacity"]): number {
  return [consumed ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}

/** A write whose condition did not hold is billed by what stands there: by one unit where that is not told. */
function unitsOfRefusal(error: unknown): number {
  if (!(error instanceof AwsError && error.type.endsWith("#ConditionalCheckFailedException"))) return 0;
  const { Item: item } = error.fields as { Item?: Item };
  return dynalite.capacityUnits(item, false, false);
}
