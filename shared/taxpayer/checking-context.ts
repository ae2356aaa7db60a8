import { type CheckContext, defaultContext } from "../invoice/check-context.ts";
import { toDocumentDate } from "../ist.ts";
import type { ProfileStore } from "./profile-store.ts";

/** What the rules need to know to judge a document of this caller today. Without a profile the strictest is assumed. */
export async function checkingContext(
  profiles: Pick<ProfileStore, "find">,
  gstin: string,
  now: Date,
): Promise<CheckContext> {
  const context = defaultContext(toDocumentDate(now));
  const taxpayer = await profiles.find(gstin);
  return taxpayer ? { ...context, taxpayer } : context;
}
