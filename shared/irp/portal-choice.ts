import type { Circuits, OpenCircuit, PortalChoice } from "./circuits.ts";

type Find = Circuits["find"];

/** What stops every call of a GSTIN: its own circuit or the client id's, whichever closes later. Both must close before a call is of use. */
export async function callersCircuit(find: Find, gstin: string): Promise<OpenCircuit | undefined> {
  const found = await Promise.all([find("client"), find(`gstin#${gstin}`)]);
  return found
    .filter((circuit) => circuit !== undefined)
    .sort(byOpenUntil)
    .at(-1);
}

/** The first of these portals that is not left alone, else the circuit that closes first. `find` takes a portal's name. */
export async function firstClosed(
  find: Find,
  portals: readonly string[],
): Promise<{ readonly portal: string } | OpenCircuit> {
  const open: OpenCircuit[] = [];
  for (const portal of portals) {
    const circuit = await find(portal);
    if (!circuit) return { portal };
    open.push(circuit);
  }
  const [earliest] = open.sort(byOpenUntil);
  if (!earliest) throw new RangeError("no portal is configured");
  return earliest;
}

/** The choice as one sees it who makes no calls: by the shared circuits alone. */
export function portalChoice(circuits: Pick<Circuits, "find">, portals: readonly string[]): PortalChoice {
  const findPortal = (portal: string) => circuits.find(`portal#${portal}`);
  return {
    choose: async (gstin) => (await callersCircuit(circuits.find, gstin)) ?? firstClosed(findPortal, portals),
  };
}

function byOpenUntil(one: OpenCircuit, other: OpenCircuit): number {
  return one.openUntil.getTime() - other.openUntil.getTime();
}
