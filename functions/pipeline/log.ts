import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import type { AuditEntry } from "../../shared/audit/record.ts";

/** The structured log of one function: JSON lines with request id, function and, once known, the GSTIN. */
export type Log = Pick<Logger, "info" | "warn" | "error" | "appendKeys" | "resetKeys" | "addContext">;

export function newLog(functionName: string): Log {
  return new Logger({ serviceName: functionName });
}

/** For a record that could not be written: then it is here. It holds identifiers, codes and times alone. */
export function telling(log: Log): (error: unknown, entry: AuditEntry) => void {
  return (error, entry) => log.error("an audit record could not be written", { error, entry });
}

/** Starts the keys of one invocation: those of the last one must not stick to it. */
export function beginLog(log: Log, context: Context, requestId: string): void {
  log.resetKeys();
  log.addContext(context);
  log.appendKeys({ requestId });
}
