import {
  changeEndpoint,
  disabledByOwner,
  enabled,
  rotateSecret,
  withSettings,
} from "../../shared/webhook/manage-endpoints.ts";
import { recover, replay } from "../../shared/webhook/replay.ts";
import { testEndpoint } from "../../shared/webhook/test-endpoint.ts";
import { endpointId, type OwnerAct, placeOf, urlOf } from "./webhooks.ts";
import { START_MS, type World } from "./world.ts";

/** What the owners of endpoints ask the API for. One that fails is not tried again. */
export function startOwners(world: World): void {
  for (const act of world.setting.webhooks.acts)
    world.scheduler.after(act.atMs, () => {
      world.trace.tell(`the owner of ${endpointId(act.endpoint)} asks: ${act.is}`);
      world.scheduler.woken();
      perform(world, act).catch(() => undefined);
    });
}

async function perform(world: World, { endpoint: n, is }: OwnerAct): Promise<unknown> {
  const { webhooks, stores } = world;
  const id = endpointId(n);
  const standing = [...webhooks.rows.endpoints.values()].find((each) => each.id === id);
  if (!standing) return;
  const { gstin } = standing;
  const instance = world.instance("owner");
  const { now } = instance;
  const deps = {
    endpoints: instance.port("endpoints", webhooks.endpoints),
    deliveries: instance.port("deliveries", webhooks.deliveries),
    events: instance.port("events", stores.events),
    queue: instance.port("deliveryQueue", webhooks.deliveryQueue),
    ladder: instance.port("ladder", webhooks.ladder),
    bus: instance.port("bus", world.bus),
    vault: instance.port("vault", webhooks.vault),
    ...{ now, newId: () => world.newId(), randomBytes: webhooks.randomBytes },
  };
  switch (is) {
    case "disable":
      return changeEndpoint(deps, gstin, id, (endpoint) => disabledByOwner(endpoint, now()));
    case "enable":
      return changeEndpoint(deps, gstin, id, enabled);
    case "remove":
      return deps.endpoints.remove(gstin, id);
    case "move":
      return changeEndpoint(deps, gstin, id, (endpoint) =>
        withSettings(endpoint, { url: urlOf(n, placeOf(endpoint.url).moves + 1) }),
      );
    case "rotate":
      return rotateSecret(deps, gstin, id);
    case "narrow":
      return changeEndpoint(deps, gstin, id, (endpoint) => withSettings(endpoint, { events: ["ewb.generated"] }));
    case "test":
      return testEndpoint(deps, standing);
    case "replay":
      return replay(deps, gstin, deliveryOf(world, id));
    case "recover":
      return recover(deps, gstin, id, { since: new Date(START_MS), what: "missed" });
  }
}

/** The one that the owner sees first. */
function deliveryOf({ webhooks: { rows } }: World, endpoint: string): string {
  for (const { endpointId: of, id } of rows.deliveries.values()) if (of === endpoint) return id;
  return "dlv_none";
}
