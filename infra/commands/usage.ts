/** A command was called wrongly; the message says what is missing. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
