import type { RouteKey } from "../routes.ts";
import { delivering } from "./delivering.ts";
import type { Operation } from "./operation.ts";
import { proving } from "./proving.ts";
import { reading } from "./reading.ts";
import { service } from "./service.ts";
import { submissions } from "./submissions.ts";

/**
 * What the documentation says of every route: one without an entry does not compile. It is kept apart from the table of
 * routes, which every function loads.
 */
export const operations: Readonly<Record<RouteKey, Operation>> = {
  ...submissions,
  ...reading,
  ...delivering,
  ...proving,
  ...service,
};
