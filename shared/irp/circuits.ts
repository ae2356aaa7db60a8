/** A subject that is not called for a while: `portal#NIC1`, `gstin#27…` or `client`. */
export interface OpenCircuit {
  readonly openUntil: Date;
  readonly reason: string;
}

/** Circuits and error counts of the upstream, shared by all workers. An exception means that the store failed. */
export interface Circuits {
  /** The open circuit, if there is one. An adapter may answer from what it saw some seconds ago. */
  find(subject: string): Promise<OpenCircuit | undefined>;
  /** Opens it, or keeps it open longer; never shortens. */
  open(subject: string, circuit: OpenCircuit): Promise<void>;
  /** Counts errors of one day in India (`yyyy-MM-dd`) and returns how many there were with these. */
  countErrors(subject: string, day: string, errors: number): Promise<number>;
}

/** Where a new document of this GSTIN goes now, or when to ask again. */
export interface PortalChoice {
  choose(gstin: string): Promise<{ readonly portal: string } | OpenCircuit>;
}
