import type {
  CreateSecretRequest,
  DeleteSecretRequest,
  DescribeSecretRequest,
  GetSecretValueRequest,
  PutSecretValueRequest,
  UpdateSecretRequest,
  UpdateSecretVersionStageRequest,
} from "@aws-sdk/client-secrets-manager";
import { AwsError } from "./aws-error.ts";
import { accountId, dispatcher, type Engine, type EngineOptions, type Operations } from "./engine.ts";
import { stateFile } from "./state-file.ts";

/** On the wire a binary value is base64 text. */
type Value = { SecretString?: string | undefined; SecretBinary?: string | undefined };
type Version = Value & { id: string; stages: string[]; createdAt: number };
type Secret = {
  name: string;
  arn: string;
  description?: string | undefined;
  versions: Version[];
  changedAt: number;
  deletedAt?: number | undefined;
};
type Wire<Request> = Omit<Request, "SecretBinary"> & { SecretBinary?: string };

const current = "AWSCURRENT";
const previous = "AWSPREVIOUS";
/** Versions that lost every stage may be found by their id until this many newer ones have come. */
const versionLimit = 100;

/** Secrets Manager: secrets with versions and stages. Rotation, replication and resource policies are not emulated. */
export function secretsManagerEngine({ region, now, newId, dataDir }: EngineOptions): Engine {
  const file = stateFile<Secret[]>(dataDir, "secrets", () => [...secrets.values()]);
  const secrets: Map<string, Secret> = new Map((file.load() ?? []).map((secret) => [secret.name, secret]));

  function find(id: string | undefined, options: { evenDeleted: boolean } = { evenDeleted: false }): Secret {
    const secret = secrets.get(id ?? "") ?? [...secrets.values()].find(({ arn }) => arn === id);
    if (!secret) throw notFound("Secrets Manager can't find the specified secret.");
    if (secret.deletedAt === undefined || options.evenDeleted) return secret;
    throw new AwsError(
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  /** Adds a version, once per token, and moves the stages to it. */
  function addVersion(secret: Secret, token: string | undefined, value: Value, stages: string[] = [current]): Version {
    const id = token ?? newId();
    const existing = secret.versions.find((version) => version.id === id);
    if (existing) {
      if (existing.SecretString === value.SecretString && existing.SecretBinary === value.SecretBinary) return existing;
      const message = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`;
      throw new AwsError("ResourceExistsException", message);
    }
    if (stages.includes(current)) move(secret, previous, (version) => version.stages.includes(current));
    for (const stage of stages) move(secret, stage, () => false);
    const version = { id, ...value, stages, createdAt: now() };
    secret.versions = [...secret.versions, version].slice(-versionLimit);
    secret.changedAt = now();
    file.changed();
    return version;
  }

  const described = ({ arn: ARN, name: Name }: Secret, version?: Version) => ({ ARN, Name, VersionId: version?.id });

  const operations: Operations = {
    CreateSecret({
      Name = "",
      Description,
      ClientRequestToken,
      SecretString,
      SecretBinary,
    }: Wire<CreateSecretRequest>) {
      const existing = secrets.get(Name);
      const repeated = existing?.versions.some(({ id }) => id === ClientRequestToken);
      if (existing && !repeated) {
        throw new AwsError(
          "ResourceExistsException",
          `The operation failed because the secret ${Name} already exists.`,
        );
      }
      const arn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${Name}-${newId().slice(0, 6)}`;
      const secret = existing ?? { name: Name, arn, description: Description, versions: [], changedAt: now() };
      const hasValue = SecretString !== undefined || SecretBinary !== undefined;
      const version = hasValue ? addVersion(secret, ClientRequestToken, { SecretString, SecretBinary }) : undefined;
      secrets.set(Name, secret);
      file.changed();
      return described(secret, version);
    },

    PutSecretValue({ SecretId, ClientRequestToken, VersionStages, ...value }: Wire<PutSecretValueRequest>) {
      const { SecretString, SecretBinary } = value;
      const secret = find(SecretId);
      const version = addVersion(secret, ClientRequestToken, { SecretString, SecretBinary }, VersionStages);
      return { ...described(secret, version), VersionStages: version.stages };
    },

    UpdateSecret({ SecretId, ClientRequestToken, Description, SecretString, SecretBinary }: Wire<UpdateSecretRequest>) {
      const secret = find(SecretId);
      if (Description !== undefined) secret.description = Description;
      file.changed();
      if (SecretString === undefined && SecretBinary === undefined) return described(secret);
      return described(secret, addVersion(secret, ClientRequestToken, { SecretString, SecretBinary }));
    },

    UpdateSecretVersionStage({ SecretId, VersionStage = "", MoveToVersionId }: UpdateSecretVersionStageRequest) {
      const secret = find(SecretId);
      const isTarget = ({ id }: Version) => id === MoveToVersionId;
      if (MoveToVersionId && !secret.versions.some(isTarget)) throw notFound("Secrets Manager can't find the version.");
      if (VersionStage === current) move(secret, previous, (version) => version.stages.includes(current));
      move(secret, VersionStage, isTarget);
      file.changed();
      return { ARN: secret.arn, Name: secret.name };
    },

    GetSecretValue({ SecretId, VersionId, VersionStage = VersionId ? undefined : current }: GetSecretValueRequest) {
      const secret = find(SecretId);
      const fits = ({ id, stages }: Version) =>
        (VersionId === undefined || id === VersionId) && (VersionStage === undefined || stages.includes(VersionStage));
      const version = secret.versions.find(fits);
      if (!version) {
        const wanted = VersionId === undefined ? `staging label: ${VersionStage}` : `version id: ${VersionId}`;
        throw notFound(`Secrets Manager can't find the specified secret value for ${wanted}`);
      }
      const { SecretString, SecretBinary, stages: VersionStages, createdAt } = version;
      return {
        ...described(secret, version),
        SecretString,
        SecretBinary,
        VersionStages,
        CreatedDate: createdAt / 1000,
      };
    },

    DescribeSecret({ SecretId }: DescribeSecretRequest) {
      const secret = find(SecretId, { evenDeleted: true });
      const VersionIdsToStages = Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages]));
      const dates = {
        LastChangedDate: secret.changedAt / 1000,
        DeletedDate: secret.deletedAt && secret.deletedAt / 1000,
      };
      return { ARN: secret.arn, Name: secret.name, Description: secret.description, VersionIdsToStages, ...dates };
    },

    DeleteSecret({ SecretId, ForceDeleteWithoutRecovery = false }: DeleteSecretRequest) {
      const secret = find(SecretId);
      secret.deletedAt = now();
      if (ForceDeleteWithoutRecovery) secrets.delete(secret.name);
      file.changed();
      return { ARN: secret.arn, Name: secret.name, DeletionDate: now() / 1000 };
    },

    RestoreSecret({ SecretId }: DescribeSecretRequest) {
      const secret = find(SecretId, { evenDeleted: true });
      secret.deletedAt = undefined;
      file.changed();
      return { ARN: secret.arn, Name: secret.name };
    },
  };

  return {
    call: dispatcher("secretsmanager", operations),
    async close() {
      file.close();
    },
  };
}

/** A stage is on one version at most: it leaves the version that has it, and goes to the one chosen, if any. */
function move({ versions }: Secret, stage: string, isChosen: (version: Version) => boolean): void {
  const chosen = versions.find(isChosen);
  for (const version of versions) version.stages = version.stages.filter((held) => held !== stage);
  chosen?.stages.push(stage);
}

const notFound = (message: string) => new AwsError("ResourceNotFoundException", message);
