import * as z from "zod";

/** Of the Amazon States Language what the ladder is made of. */
const State = z.discriminatedUnion("Type", [
  z.looseObject({ Type: z.literal("Wait"), Next: z.string() }),
  z.looseObject({ Type: z.literal("Task"), Next: z.string() }),
  z.looseObject({
    Type: z.literal("Choice"),
    Choices: z.tuple([
      z.object({ Variable: z.literal("$.isOver"), BooleanEquals: z.literal(false), Next: z.string() }),
    ]),
    Default: z.string(),
  }),
  z.looseObject({ Type: z.literal("Succeed") }),
]);
export const Definition = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), State) });

/**
 * The state transitions that AWS bills for an execution whose task says at the given attempt that it is over: one for each state
 * that is entered, the last one included.
 */
export function transitionsOf({ StartAt, States }: z.infer<typeof Definition>, attempts: number): number {
  let made = 0;
  let entered = 0;
  for (let name: string | undefined = StartAt; name !== undefined; ) {
    const state: z.infer<typeof State> | undefined = States[name];
    if (!state) throw new RangeError(`there is no state ${name}`);
    entered++;
    if (state.Type === "Task") made++;
    name = nextOf(state, made >= attempts);
  }
  return entered;
}

function nextOf(state: z.infer<typeof State>, isOver: boolean): string | undefined {
  if (state.Type === "Succeed") return undefined;
  if (state.Type !== "Choice") return state.Next;
  return isOver ? state.Default : state.Choices[0].Next;
}
