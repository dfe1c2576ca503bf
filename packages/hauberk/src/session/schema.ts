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

/**
 * The values as the schema wants them, or undefined when it refuses them. A schema that throws refuses them too: its
 * transform met data of before it, and an error would lock their owner out until the session is over.
 */
export function validateData(
  values: SessionValues,
  schema: SessionSchema | undefined,
): SessionValues | undefined {
  if (schema === undefined) return values;
  const result = validate(values, schema);
  if (isThenable(result)) {
    // It may still reject, and nobody waits for it: the process would end.
    result.then(undefined, () => undefined);
    throw new TypeError("session(): the schema is asynchronous; reading req.session cannot wait for it.");
  }
  if (typeof result !== "object" || result === null) return undefined;
  const { issues, value } = result as { readonly issues?: unknown; readonly value?: unknown };
  return issues === undefined && isPlainObject(value) ? value : undefined;
}

function validate(values: SessionValues, schema: SessionSchema): unknown {
  try {
    return schema["~standard"].validate(values);
  } catch {
    return undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function";
}
