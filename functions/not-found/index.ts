import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

export const handler = createHandler(newLog("not-found"));
