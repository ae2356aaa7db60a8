/** What happened in runs. A kind that never happened was not tested. */
export interface Counts {
  runs: number;
  steps: number;
  registrations: number;
  crashes: number;
  pauses: number;
  timeOuts: number;
  lostReplies: number;
  duplicates: number;
  takeovers: number;
  leaseExpiries: number;
  keyExpiries: number;
  lookUps: number;
  refusedFences: number;
  resubmissions: number;
  refusals: number;
  replays: number;
  sweeps: number;
  cancellations: number;
  bills: number;
  billCancellations: number;
  changesElsewhere: number;
  changed: number;
  inProgress: number;
  rejections: number;
  changeResubmissions: number;
  deliveries: number;
  /** Attempts that left us. */
  posts: number;
  delivered: number;
  exhausted: number;
  stopped: number;
  /** Deliveries that the sweeper took up. */
  raised: number;
  executions: number;
  lostExecutions: number;
  redeliveries: number;
  disabledEndpoints: number;
  sentAgain: number;
}

export function noCounts(): Counts {
  return {
    runs: 0,
    steps: 0,
    registrations: 0,
    crashes: 0,
    pauses: 0,
    timeOuts: 0,
    lostReplies: 0,
    duplicates: 0,
    takeovers: 0,
    leaseExpiries: 0,
    keyExpiries: 0,
    lookUps: 0,
    refusedFences: 0,
    resubmissions: 0,
    refusals: 0,
    replays: 0,
    sweeps: 0,
    cancellations: 0,
    bills: 0,
    billCancellations: 0,
    changesElsewhere: 0,
    changed: 0,
    inProgress: 0,
    rejections: 0,
    changeResubmissions: 0,
    deliveries: 0,
    posts: 0,
    delivered: 0,
    exhausted: 0,
    stopped: 0,
    raised: 0,
    executions: 0,
    lostExecutions: 0,
    redeliveries: 0,
    disabledEndpoints: 0,
    sentAgain: 0,
  };
}

/** Adds the second to the first. */
export function addCounts(sum: Counts, counts: Counts): Counts {
  for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
  return sum;
}

/** The kinds that did not happen once. */
export function missing(counts: Counts): string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [name] : []));
}
