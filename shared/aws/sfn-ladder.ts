import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { Ladder } from "../webhook/ladder.ts";

/** One execution per delivery and generation: the name keeps a second one from being started, for 90 days. */
export function sfnLadder(sfn: SFNClient, stateMachineArn: string): Ladder {
  return {
    async start(climb) {
      const name = `${climb.deliveryId}-g${climb.generation}`;
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(climb) }));
        return "started";
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return "already";
        throw error;
      }
    },
  };
}
