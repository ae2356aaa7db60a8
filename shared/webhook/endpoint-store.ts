import type { Endpoint } from "./endpoint.ts";

/** Endpoints by GSTIN. A lost condition is a word; an exception means that the store failed. */
export interface EndpointStore {
  create(endpoint: Endpoint): Promise<void>;
  /** Strongly consistent. */
  find(gstin: string, id: string): Promise<Endpoint | undefined>;
  /** All of a GSTIN, the oldest first, strongly consistent: there are few (MOST_ENDPOINTS). */
  list(gstin: string): Promise<readonly Endpoint[]>;
  /**
   * Replaces the endpoint, if it still has the revision before this one. What a worker noted since is a revision of its own, so
   * that no change of its owner's takes it back unseen.
   */
  update(endpoint: Endpoint): Promise<"updated" | "changed" | "gone">;
  remove(gstin: string, id: string): Promise<void>;
  /**
   * A success ends what was failing; the first failure begins it, and later ones leave it: only what begins or ends it raises the
   * revision. Returns the endpoint as it then is; undefined when it is gone.
   */
  noteResult(gstin: string, id: string, result: "delivered" | "failed", at: Date): Promise<Endpoint | undefined>;
  /** Disables it and raises the revision, if it is there and not disabled already; `disabled` for whoever did it. */
  disable(gstin: string, id: string, reason: "gone" | "failing", at: Date): Promise<"disabled" | "already">;
}

export const MOST_ENDPOINTS = 20;
