/**
 * What schema libraries (zod, valibot, arktype, ...) have in common: one method that validates.
 * @see https://standardschema.dev
 */
export interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The messages of each field, in order; `""` holds what concerns the body as a whole. No inherited names. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** What a form or a JSON body comes down to. */
export type BodyResult<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly errors: FieldErrors; readonly values: unknown };

/** Checks a body, without the token that came along in it, against a schema. */
export async function validate<Output>(
  body: unknown,
  schema: StandardSchema<Output>,
): Promise<BodyResult<Output>> {
  const values = withoutToken(body);
  const result = await schema["~standard"].validate(values);
  return result.issues === undefined
    ? { ok: true, value: result.value }
    : { ok: false, errors: fieldErrors(result.issues), values };
}

/** A strict schema would refuse the field that csrf/ has used up already. */
function withoutToken(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const { _csrf: _used, ...rest } = body as Record<string, unknown>;
  return rest;
}

function fieldErrors(issues: readonly SchemaIssue[]): FieldErrors {
  const errors = Object.create(null) as Record<string, string[]>;
  for (const { path = [], message } of issues) {
    const name = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
    (errors[name] ??= []).push(message);
  }
  return errors;
}
