import { isPlainObject } from "../internal/options.ts";
import type { SessionValues } from "./data.ts";

/**
 * A validator of any library that follows Standard Schema: zod, valibot, arktype.
 * @see https://standardschema.dev
 */
export interface SessionSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly validate: (value: unknown) => unknown;
  };
}

/** The values as the schema wants them, or undefined when it refuses them. */
export function validateData(
  values: SessionValues,
  schema: SessionSchema | undefined,
): SessionValues | undefined {
  if (schema === undefined) return values;
  const result = schema["~standard"].validate(values);
  if (result instanceof Promise)
    throw new TypeError("session(): the schema is asynchronous; reading req.session cannot wait for it.");
  const { issues, value } = result as { readonly issues?: unknown; readonly value?: unknown };
  return issues === undefined && isPlainObject(value) ? value : undefined;
}
