export type AwsErrorOptions = { status?: number; fields?: Record<string, unknown>; headers?: Record<string, string> };

/** A refusal in the shape the SDK clients read: `type` becomes the exception's name, `fields` its further members. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly type: string;
  readonly status: number;
  readonly fields: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(type: string, message: string, { status = 400, fields = {}, headers = {} }: AwsErrorOptions = {}) {
    super(message);
    this.type = type;
    this.status = status;
    this.fields = fields;
    this.headers = headers;
  }
}

/** The refusal every service gives for a request that breaks a rule of its model. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
