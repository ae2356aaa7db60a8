import middy from "@middy/core";
import { type ArchiveAuditDeps, archiveAudit } from "../../shared/audit/archive-audit.ts";
import { beginLog, type Log } from "../pipeline/log.ts";

type Deps = Omit<ArchiveAuditDeps, "onFailure" | "onOddRow"> & { readonly log: Log };

/** Of the function's time: what a batch takes that is begun, with the tries of each store. */
const STOP_BEFORE_END_MS = 40_000;

/** Every five minutes. What fails or is left is logged, and archived by a later round. */
export function createHandler(deps: Deps) {
  const { log } = deps;
  return middy<unknown, void>().handler(async (_, context) => {
    beginLog(log, context, context.awsRequestId);
    const until = new Date(deps.now().getTime() + context.getRemainingTimeInMillis() - STOP_BEFORE_END_MS);
    const round = await archiveAudit(
      {
        ...deps,
        onFailure: (failure) => log.warn("audit records were not archived", { ...failure }),
        onOddRow: (row) => log.error("a row of the audit table is not as we put them", { ...row }),
      },
      until,
    );
    if (round.failed + round.left > 0) log.error("not all audit records are archived", { ...round });
    else log.info("all audit records are archived", { ...round });
  });
}
