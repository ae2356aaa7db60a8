import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type Attempt, Delivery } from "../webhook/delivery.ts";
import type { After, DeliveryPosition, DeliveryStore } from "../webhook/delivery-store.ts";
import { dueItems, shardOf } from "./due-items.ts";
import { conditionally } from "./dynamo.ts";
import { type ListIndex, listedItems } from "./listed-items.ts";

const DELIVERY_LIFE_MS = 30 * 24 * 60 * 60 * 1000;
const BY_GSTIN: ListIndex = { name: "listed", of: "gstin" };
const BY_ENDPOINT: ListIndex = { name: "byEndpoint", of: "endpointId" };

/** Nobody has noted an attempt since, or taken it up, and it is not over. */
const AS_READ = "#state = :pending AND generation = :generation AND size(attempts) = :count";

/** pk = GSTIN, sk = the delivery's id. */
export function dynamoDeliveryStore(db: DynamoDBDocumentClient, TableName: string): DeliveryStore {
  return {
    async open(delivery) {
      const Item = itemOf(delivery);
      const opened = await conditionally(() =>
        db.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(pk)" })),
      );
      return opened.held ? "opened" : "already";
    },

    async find(gstin, id) {
      const Key = deliveryAt({ gstin, id });
      const { Item } = await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item && Delivery.parse(Item);
    },

    async attempted(delivery, attempt, next) {
      const noted = await conditionally(() => db.send(new UpdateCommand(noting(TableName, delivery, attempt, next))));
      return noted.held ? "noted" : "lost";
    },

    async raise(delivery, nextAt) {
      const raised = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: deliveryAt(delivery),
            UpdateExpression: "SET generation = :next, nextAt = :nextAt, dueShard = :shard",
            ConditionExpression: AS_READ,
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: {
              ...asRead(delivery),
              ":next": delivery.generation + 1,
              ":nextAt": nextAt.getTime(),
              ":shard": dueShard(delivery),
            },
          }),
        ),
      );
      return raised.held ? "raised" : "lost";
    },

    async due(now, limit) {
      const found = await dueItems(db, { TableName, shard: "dueShard", due: "nextAt", now, limit });
      return found.map((item) => Delivery.parse(item));
    },

    async list(gstin, { endpointId, limit, before }) {
      const whose = endpointId === undefined ? { index: BY_GSTIN, of: gstin } : { index: BY_ENDPOINT, of: endpointId };
      const after = before && { key: deliveryAt({ gstin, id: before.id }), at: before.createdAt };
      const { items, next } = await listedItems(db, { TableName, ...whose, sortedBy: "createdAt", limit, after });
      // An endpoint's list is found by its id alone, and all of it is of one GSTIN.
      const deliveries = items.map((item) => Delivery.parse(item)).filter((each) => each.gstin === gstin);
      return { deliveries, ...(next?.key.pk === gstin && { next: positionAt(next.key, next.at) }) };
    },
  };
}

function deliveryAt({ gstin, id }: Pick<Delivery, "gstin" | "id">) {
  return { pk: gstin, sk: id };
}

function positionAt({ sk = "" }: Readonly<Record<string, string>>, createdAt: string): DeliveryPosition {
  return { id: sk, createdAt };
}

function itemOf(delivery: Delivery) {
  const expiresAt = Math.floor((Date.parse(delivery.createdAt) + DELIVERY_LIFE_MS) / 1000);
  const due = delivery.nextAt === undefined ? {} : { dueShard: dueShard(delivery) };
  return { ...deliveryAt(delivery), ...delivery, ...due, expiresAt };
}

/** The end of an id is random, or a hash. */
function dueShard({ id }: Pick<Delivery, "id">): string {
  return shardOf(id.slice(-8));
}

function asRead({ generation, attempts }: Delivery) {
  return { ":pending": "pending", ":generation": generation, ":count": attempts.length };
}

/** The attempt and what follows, if the delivery is as it was read. */
function noting(TableName: string, delivery: Delivery, attempt: Attempt | undefined, next: After) {
  const goesOn = next.state === "pending" && {
    ":nextAt": next.nextAt.getTime(),
    ":shard": dueShard(delivery),
    ":next": next.generation,
  };
  const follows = goesOn ? ", nextAt = :nextAt, dueShard = :shard, generation = :next" : " REMOVE nextAt, dueShard";
  return {
    TableName,
    Key: deliveryAt(delivery),
    UpdateExpression: `SET #state = :state, attempts = list_append(attempts, :attempts)${follows}`,
    ConditionExpression: AS_READ,
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: {
      ...asRead(delivery),
      ":state": next.state,
      ":attempts": attempt ? [attempt] : [],
      ...goesOn,
    },
  };
}
