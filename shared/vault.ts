/**
 * Keeps secrets at rest. What is sealed for one purpose (`context`, such as `session#27…`) cannot be opened for another.
 * The sealed text is printable and carries its own version.
 */
export interface Vault {
  seal(context: string, secret: string): Promise<string>;
  /** Throws when the text was changed or was sealed for another context. */
  open(context: string, sealed: string): Promise<string>;
}
