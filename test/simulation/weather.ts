/** One call of one instance at one of its ports, numbered through the run. */
export interface Step {
  readonly n: number;
  readonly instance: string;
  /** `port.method` */
  readonly label: string;
  readonly isWrite: boolean;
}

/**
 * What becomes of a step. `error`: it has no effect and fails. `lost`: it has its effect and fails. `late`: it fails, and has
 * its effect later. `repeat`: the SDK sends it twice, and the second answer counts. `straggler`: the SDK sent it twice, the
 * answer of one counts, and the other copy arrives after it. `die-…`: the instance stops before or after the effect.
 */
export type StepFault = "none" | "error" | "lost" | "late" | "repeat" | "straggler" | "die-before" | "die-after";

export interface StepPlan {
  readonly fault: StepFault;
  /** From the call to its effect, and from there to its answer. */
  readonly effectMs: number;
  readonly answerMs: number;
  /** Of a second copy, or of a late effect. */
  readonly copyMs: number;
  /** How long the instance stands still before it sees the answer. */
  readonly pauseMs: number;
}

/**
 * How a call to a portal ends. `answered`. `reset`: the connection breaks while the portal works on it. `silent`: nothing
 * comes back. `swallowed`: it never arrives, and nothing comes back. `gateway`: a 502 in front of the portal. The others
 * certainly did not reach it.
 */
export type Ending =
  | "answered"
  | "reset"
  | "silent"
  | "swallowed"
  | "gateway"
  | "unreachable"
  | "token"
  | "quota"
  | "too-many"
  | "login-refused";

export interface Fate {
  readonly ends: Ending;
  /** Before the guard is asked, and how long the instance stands still there. */
  readonly loginMs: number;
  readonly pauseMs: number;
  /** From the guard to the portal: at most MOST_NETWORK_MS. */
  readonly networkMs: number;
  /** From there until the portal has decided: at most the call's time-out + MOST_OVERTIME_MS. */
  readonly workMs: number;
  readonly answerMs: number;
  /** From arrival until a reset is seen. */
  readonly resetMs: number;
  /** The signed copy cannot be vouched for. */
  readonly isGarbled: boolean;
}

/**
 * The model's assumption about portals, without which nobody could ever call a document absent: what has not begun within
 * a network delay and is not decided within the call's time-out and a moment never happens. Together with the greatest
 * difference of two clocks this is what the guard leaves of a lease.
 */
export const MOST_NETWORK_MS = 500;
export const MOST_OVERTIME_MS = 500;
/** A clock may be wrong by this much either way. */
export const MOST_SKEW_MS = 2_000;

export const calmStep: StepPlan = { fault: "none", effectMs: 2, answerMs: 2, copyMs: 50, pauseMs: 0 };
export const calmFate: Fate = {
  ends: "answered",
  loginMs: 0,
  pauseMs: 0,
  networkMs: 10,
  workMs: 200,
  answerMs: 10,
  resetMs: 50,
  isGarbled: false,
};

/** All that chance decides in a run. */
export interface Weather {
  step(step: Step): StepPlan;
  register(call: { readonly portal: string; readonly nth: number }): Fate;
  lookUp(call: { readonly portal: string; readonly nth: number }): Fate;
  /** A call that changes a registered document. */
  change(call: { readonly portal: string; readonly nth: number }): Fate;
  /** How late look-ups show a new registration, or a change of one. */
  lagMs(): number;
  skewMs(): number;
  /** What the bus makes of an entry: the delays of its deliveries, none when it is dropped. */
  deliveries(): readonly number[];
  /** How long after its expiry DynamoDB removes an item. */
  expiryLagMs(): number;
  /** Between a message that can be had and its worker; also between a batch's end and the removal of its messages. */
  pollMs(): number;
  /** Whether the removal of an acknowledged message fails. */
  losesAcknowledgement(): boolean;
  /** Whether an index still shows, beside what it should, what it showed the time before. */
  showsOldIndex(): boolean;
  /** How much later than its time-out Lambda stops an instance. */
  killLagMs(): number;
  /** How an attempt of a delivery ends; undefined: as its server has it. */
  post(): Misfortune | undefined;
  /** What a delivery's wait is spread by, from 0 to 1. */
  jitter(): number;
  /** Whether an execution is stopped instead of being woken. */
  stopsExecution(): boolean;
  /** By how much it is woken late. */
  oversleepsMs(): number;
}

/**
 * What comes of an attempt that does not succeed. `fails`: 500. `busy`: 503, and asks for two hours. `gone`: 410. `silent`: it is
 * taken, and nothing comes back. `deaf`: nobody listens.
 */
export type Misfortune = "fails" | "busy" | "gone" | "silent" | "deaf";

/** Nothing goes wrong, and everything takes its usual time. */
export const calmWeather: Weather = {
  step: () => calmStep,
  register: () => calmFate,
  lookUp: () => calmFate,
  change: () => calmFate,
  lagMs: () => 0,
  skewMs: () => 0,
  deliveries: () => [20],
  expiryLagMs: () => 60_000,
  pollMs: () => 5,
  losesAcknowledgement: () => false,
  showsOldIndex: () => false,
  killLagMs: () => 0,
  post: () => undefined,
  jitter: () => 0.5,
  stopsExecution: () => false,
  oversleepsMs: () => 0,
};
