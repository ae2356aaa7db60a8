import type { Endpoint } from "./endpoint.ts";
import type { Functions } from "./functions.ts";
import type { Provisioned } from "./template.ts";

/** The surroundings in which resources are provisioned. */
export interface Cloud {
  readonly stackName: string;
  readonly region: string;
  readonly account: string;
  readonly assetFolder: string;
  readonly endpoint: Endpoint;
  readonly functions: Functions;
  readonly progress: (line: string) => void;
  nextPort(): number;
  /** Runs once everything is provisioned. */
  whenReady(start: () => void): void;
  /** Runs at the end. */
  whenClosing(stop: () => Promise<void> | void): void;
}

/** A resource on its way: its properties with every reference resolved. */
export interface ResourceRequest {
  readonly logicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export type Provision = (cloud: Cloud, request: ResourceRequest) => Promise<Provisioned>;
