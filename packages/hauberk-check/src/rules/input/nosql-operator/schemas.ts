import { alternatives } from "../../../model/alternatives.ts";
import { rootPackage, type Value } from "../../../model/values.ts";

const OF_SCHEMAS = /^(?:joi|@hapi\/joi|zod|yup|celebrate|express-validation)$/;
const PLAIN =
  /^(?:string|number|bool|boolean|date|bigint|email|url|uuid|enum|nativeEnum|literal|valid|coerce)$/;

interface Step {
  readonly name: string;
  readonly args: readonly Value[];
}

/**
 * Whether a schema, for all that was sent (`{ body: { mail: Joi.string() } }`) or for the body alone, says that the field is a
 * text, a number or the like. `undefined` where it cannot be read.
 */
export function asksForPlain(schema: Value, part: string, field: string): boolean | undefined {
  const all = fieldsOf(schema);
  if (all === undefined) return undefined;
  const isOfParts = ["body", "query", "params"].some((one) => isHolder(all.get(one)));
  const fields = isOfParts ? optional(all.get(part), fieldsOf) : part === "body" ? all : undefined;
  const found = fields?.get(field);
  if (found === undefined) return false;
  const steps = stepsOf(found);
  return steps === undefined ? undefined : PLAIN.test(steps[0]?.name ?? "");
}

const optional = <T>(value: Value | undefined, read: (value: Value) => T): T | undefined =>
  value === undefined ? undefined : read(value);

const isHolder = (value: Value | undefined): boolean => value !== undefined && fieldsOf(value) !== undefined;

/** The fields of `{ mail: ... }`, of `Joi.object({ ... })` and of `Joi.object().keys({ ... })`. */
function fieldsOf(value: Value): ReadonlyMap<string, Value> | undefined {
  const [only, ...more] = alternatives(value);
  if (only === undefined || more.length > 0) return undefined;
  if (only.k === "obj") return only.open || only.props.size === 0 ? undefined : only.props;
  const holder = stepsOf(only)?.find(
    (one) => /^(?:object|strictObject|keys|shape)$/.test(one.name) && one.args.length > 0,
  );
  return holder?.args[0]?.k === "obj" ? holder.args[0].props : undefined;
}

export const isOfSchemas = (value: Value): boolean => OF_SCHEMAS.test(rootPackage(value)?.name ?? "");

/** `string` and `email` of `Joi.string().email()`, where that comes from a package of schemas. */
function stepsOf(value: Value): readonly Step[] | undefined {
  if (!isOfSchemas(value)) return undefined;
  const steps: Step[] = [];
  let one = value;
  let args: readonly Value[] = [];
  for (;;) {
    if (one.k === "call") {
      args = one.args;
      one = one.callee;
    } else if (one.k === "member") {
      steps.unshift({ name: one.name, args });
      args = [];
      one = one.of;
    } else {
      const name = one.k === "pkg" ? one.path.at(-1) : undefined;
      return name === undefined ? steps : [{ name, args }, ...steps];
    }
  }
}
