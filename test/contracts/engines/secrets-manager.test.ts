import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { beforeAll, expect, it } from "vitest";
import { engineUnderTest, fresh } from "./engine-under-test.ts";

const engine = engineUnderTest();
let secrets: SecretsManagerClient;

beforeAll(() => {
  secrets = new SecretsManagerClient(engine.config());
});

const create = async (SecretString?: string) => {
  const Name = fresh("secret");
  await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  return Name;
};
const get = (SecretId: string, more: object = {}) => secrets.send(new GetSecretValueCommand({ SecretId, ...more }));
const put = (SecretId: string, SecretString: string, more: object = {}) =>
  secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));

it("gives back what was stored, by name and by ARN", async () => {
  const Name = await create("one");
  const found = await get(Name);
  expect(found).toMatchObject({ Name, SecretString: "one", VersionStages: ["AWSCURRENT"] });
  expect(await get(found.ARN ?? "")).toMatchObject({ Name, SecretString: "one" });
});

it("keeps bytes as bytes", async () => {
  const Name = fresh("secret");
  await secrets.send(new CreateSecretCommand({ Name, SecretBinary: new Uint8Array([0, 255, 7]) }));
  expect([...((await get(Name)).SecretBinary ?? [])]).toEqual([0, 255, 7]);
});

it("moves the stages to a new version", async () => {
  const Name = await create("one");
  await put(Name, "two");
  await put(Name, "three");
  expect(await get(Name)).toMatchObject({ SecretString: "three" });
  expect(await get(Name, { VersionStage: "AWSPREVIOUS" })).toMatchObject({ SecretString: "two" });
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId: Name }));
  expect(Object.values(VersionIdsToStages).flat().sort()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
});

it("finds a version by its id, and one under a stage of its own until it becomes current", async () => {
  const Name = await create("one");
  const { VersionId } = await put(Name, "next", { VersionStages: ["AWSPENDING"] });
  expect(await get(Name)).toMatchObject({ SecretString: "one" });
  expect(await get(Name, { VersionStage: "AWSPENDING" })).toMatchObject({ SecretString: "next" });
  const { VersionId: RemoveFromVersionId } = await get(Name);
  const move = { SecretId: Name, VersionStage: "AWSCURRENT", MoveToVersionId: VersionId, RemoveFromVersionId };
  await secrets.send(new UpdateSecretVersionStageCommand(move));
  expect(await get(Name)).toMatchObject({ SecretString: "next", VersionId });
  expect(await get(Name, { VersionStage: "AWSPREVIOUS" })).toMatchObject({ SecretString: "one" });
});

it("makes one version per token, and refuses another value under it", async () => {
  const Name = await create("one");
  const ClientRequestToken = randomUUID();
  const first = await put(Name, "two", { ClientRequestToken });
  expect(await put(Name, "two", { ClientRequestToken })).toMatchObject({ VersionId: first.VersionId });
  expect(await get(Name, { VersionStage: "AWSPREVIOUS" })).toMatchObject({ SecretString: "one" });
  const other = put(Name, "three", { ClientRequestToken });
  await expect(other).rejects.toMatchObject({ name: "ResourceExistsException" });
});

it("updates the description and the value", async () => {
  const Name = await create("one");
  const update = { SecretId: Name, Description: "keys", SecretString: "two" };
  await secrets.send(new UpdateSecretCommand(update));
  expect(await get(Name)).toMatchObject({ SecretString: "two" });
  expect(await secrets.send(new DescribeSecretCommand({ SecretId: Name }))).toMatchObject({ Description: "keys" });
});

it("refuses a name that is taken and one that is not there, and a secret without a value", async () => {
  const Name = await create("one");
  const again = secrets.send(new CreateSecretCommand({ Name, SecretString: "two" }));
  await expect(again).rejects.toMatchObject({ name: "ResourceExistsException" });
  await expect(get(fresh("missing"))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await expect(get(await create())).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

it("does not give a deleted secret away", async () => {
  const Name = await create("one");
  await secrets.send(new DeleteSecretCommand({ SecretId: Name }));
  await expect(get(Name)).rejects.toMatchObject({ name: "InvalidRequestException" });
  const gone = await create("two");
  await secrets.send(new DeleteSecretCommand({ SecretId: gone, ForceDeleteWithoutRecovery: true }));
  await expect(get(gone)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});
