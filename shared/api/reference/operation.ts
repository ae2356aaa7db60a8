import type * as z from "zod";
import type { ProblemCode } from "../problem.ts";
import type { HeaderName } from "./headers.ts";
import type { Tag } from "./tags.ts";

/** What the documentation says of a route beside what the table of routes says. */
export interface Operation {
  /** The name that generated clients give it. */
  readonly id: string;
  readonly tag: Tag;
  /** A few words: the title. */
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  readonly query?: Readonly<Record<string, Parameter>>;
  /** It ends at the portal and changes something there: it takes `Idempotency-Key` and `Prefer`, and may be answered 202. */
  readonly isSubmission?: true;
  /** Named bodies; the first one is what clients show. */
  readonly bodies?: Readonly<Record<string, Example>>;
  readonly answers: readonly Answer[];
  /** The problems that are its own. Those of every call with a token, a body or a query are added by themselves. */
  readonly problems: readonly ProblemCode[];
}

export interface Parameter {
  readonly description: string;
  readonly schema: z.ZodType;
  readonly required?: true;
  /** Several values, separated by commas. */
  readonly isList?: true;
  readonly example: string | number | readonly string[];
}

export interface Example {
  readonly summary: string;
  readonly value: unknown;
}

export interface Answer {
  readonly status: 200 | 201 | 202 | 204 | 304 | 400 | 401;
  readonly description: string;
  /** None where the answer has no body. */
  readonly content?: Content | readonly Content[];
  /** With a question mark where only some of these answers have it. */
  readonly headers?: readonly (HeaderName | `${HeaderName}?`)[];
}

/** JSON of a schema, or text and bytes of another type. */
export type Content =
  | { readonly schema: z.ZodType; readonly example: unknown }
  | { readonly type: string; readonly isBinary?: true; readonly example?: string };
