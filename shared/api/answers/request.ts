import * as z from "zod";
import { operations } from "../../request/request.ts";
import { requestStates } from "../../request/request-state.ts";
import { component } from "./component.ts";
import { Cancelled, CancelledEwayBill, NewEwayBill, Registration } from "./document.ts";
import { code, StoredProblem } from "./problem.ts";
import { gstin, irn, next, self, time } from "./values.ts";

const id = z.string().describe("The request's own name, for GET /requests/{id}.");
const state = z
  .enum(requestStates)
  .describe("queued: waits for its turn. running: somebody works on it. done, failed: over, well or not.");

const paused = component(
  "Pause",
  z
    .object({ until: time, reason: z.string() })
    .describe(
      "Nothing is sent for the GSTIN until then: a portal suspended it or our client, no portal answers, or its calls met so many errors in a day that NIC may block it. What was accepted goes on by itself.",
    ),
);

export const Accepted = component(
  "AcceptedRequest",
  z
    .object({
      id,
      state: z.literal("queued"),
      startsAt: time.optional().describe("When it starts at the earliest, where it has to wait for its turn."),
      paused: paused.optional(),
      links: z.object({ self }),
    })
    .describe("It will come to an outcome, whatever fails; this is where to look for it."),
);

const summary = {
  id,
  operation: z.enum(operations),
  state,
  irn,
  createdAt: time,
  finishedAt: time.optional(),
  links: z.object({ self }),
};
const status = z
  .int()
  .optional()
  .describe("The status that the call would have been answered with; absent until it is over.");

export const RequestNow = component(
  "Request",
  z.object({
    ...summary,
    status,
    result: z
      .union([Registration, Cancelled, NewEwayBill, CancelledEwayBill, z.null()])
      .optional()
      .describe("What the call would have been answered with, if it went well."),
    problem: StoredProblem.optional(),
  }),
);

const ListedRequest = component(
  "ListedRequest",
  z.object({ ...summary, status, code: code.optional().describe("Of the problem that it ended with.") }),
);
export const RequestList = component("RequestList", z.object({ requests: z.array(ListedRequest), next }));

export const RateLimit = component(
  "RateLimit",
  z.object({
    gstin,
    policy: z
      .object({
        calls: z.int().describe("So many calls,"),
        perSeconds: z.int().describe("in so many seconds on average,"),
        burst: z.int().describe("and so many of them at once."),
        reserve: z.int().describe("What the queue leaves of the burst to those who do not queue."),
      })
      .describe("What the upstream allows for the GSTIN, whoever calls for it."),
    remaining: z.int().describe("Calls that may be made at once, now."),
    resetSeconds: z.int().describe("Until the whole burst is free again."),
    queue: z.object({
      waiting: z.int().describe("Requests that wait for their turn."),
      nextStartsAt: time.describe("When one that is sent now would start."),
    }),
    paused: paused.optional(),
  }),
);
