import { parseArgs } from "node:util";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoPolicyStore } from "../../shared/aws/dynamo-policy-store.ts";
import { KEEP_MS, Policy, type PolicyStore } from "../../shared/budget/policy.ts";
import { jsonVariable } from "../../shared/env.ts";
import { Gstin } from "../../shared/gstin.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { readOutputs } from "./stack-outputs.ts";
import { UsageError } from "./usage.ts";

const StackOutputs = z.object({ UpstreamTable: z.string(), Policy: jsonVariable(Policy) });
const Action = z.enum(["show", "set", "reset"]);
const numbers = { calls: "calls", per: "perSeconds", burst: "burst", reserve: "reserve" } as const;

/** Shows and changes what the upstream allows for one GSTIN of a deployed stage, with the AWS credentials of the shell. */
export const limits = {
  usage: "limits show|set|reset --outputs FILE --gstin GSTIN [--calls N] [--per SECONDS] [--burst N] [--reserve N]",
  does: "prints how many calls to the upstream one GSTIN may make: so many in so many seconds, a burst of them at once, some of it reserved for direct calls; `set` keeps what is not named, `reset` goes back to the stage's own; FILE is what cdk deploy --outputs-file wrote",

  async run(args: readonly string[]): Promise<void> {
    const { action, outputs, gstin, changes } = readArguments(args);
    const policies = dynamoPolicyStore(dynamo(), outputs.UpstreamTable);
    if (action === "set") await change(policies, gstin, outputs.Policy, changes);
    if (action === "reset") await policies.remove(gstin);
    const own = await policies.find(gstin);
    console.log(JSON.stringify({ gstin, policy: own ?? outputs.Policy, from: own ? "gstin" : "stage" }));
    if (action !== "show") console.error(`Holds everywhere from ${toIstTimestamp(holdsFrom(new Date()))} on.`);
  },
};

/** Rounded up to the second, as it is shown. */
function holdsFrom(now: Date): Date {
  return new Date(Math.ceil((now.getTime() + KEEP_MS) / 1000) * 1000);
}

async function change(policies: PolicyStore, gstin: string, otherwise: Policy, changes: object): Promise<void> {
  const changed = Policy.safeParse({ ...((await policies.find(gstin)) ?? otherwise), ...changes });
  if (!changed.success) throw new UsageError(z.prettifyError(changed.error));
  await policies.save(gstin, changed.data);
}

function readArguments(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  const action = Action.safeParse(positionals[0]);
  if (!action.success || positionals.length > 1) throw new UsageError("`limits` does one of show, set and reset");
  if (!values.outputs || !values.gstin) throw new UsageError("`limits` needs --outputs and --gstin");
  const gstin = Gstin.safeParse(values.gstin);
  if (!gstin.success) throw new UsageError(`${values.gstin} is not a GSTIN: ${gstin.error.issues[0]?.message}`);
  const changes = readChanges(values);
  const isChange = action.data === "set";
  if (isChange !== Object.keys(changes).length > 0)
    throw new UsageError("`limits set`, and it alone, takes at least one of --calls, --per, --burst and --reserve");
  return { action: action.data, gstin: gstin.data, changes, outputs: readOutputs(values.outputs, StackOutputs) };
}

/** Only what was named, under the names of a policy. */
function readChanges(values: ReturnType<typeof parsed>["values"]): Partial<Policy> {
  const options = Object.keys(numbers) as (keyof typeof numbers)[];
  return Object.fromEntries(
    options.flatMap((option) => {
      const text = values[option];
      if (text === undefined) return [];
      if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${option} must be a whole number, not "${text}"`);
      return [[numbers[option], Number(text)]];
    }),
  );
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        outputs: { type: "string" },
        gstin: { type: "string" },
        calls: { type: "string" },
        per: { type: "string" },
        burst: { type: "string" },
        reserve: { type: "string" },
      },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
