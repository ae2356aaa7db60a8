import type { NicCode } from "./codes.ts";
import { Portal } from "./portal.ts";
import type { Registration } from "./registration.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

const IRN = /^[0-9a-f]{64}$/i;

/**
 * The registration with this IRN at the portal that is asked, or at the one that the `irp` header names; else the code
 * that refuses: 3098 for a header that names none, or the given one when there is nothing.
 */
export async function heldRegistration(
  { store }: SandboxDeps,
  request: SessionRequest,
  { irn, absent }: { readonly irn: string; readonly absent: NicCode },
): Promise<Registration | NicCode> {
  const holder = Portal.safeParse(request.headers.get("irp") || request.portal);
  if (!holder.success) return "3098";
  const registration = IRN.test(irn) ? await store.findRegistration(irn.toLowerCase()) : undefined;
  return registration?.portal === holder.data ? registration : absent;
}
