import { inProduction } from "../../model/alternatives.ts";
import { isKnown, rootPackage, type Value } from "../../model/values.ts";
import type { Held, RequestPart } from "./held.ts";

/** What is left open by a schema of zod; nothing where only numbers, dates, ids or words of a list get through, or nobody knows. */
type Open = "text" | "any" | ReadonlySet<string>;

const ZOD = /^zod(?:\/.*)?$/;

/** What a client may have written where these schemas have let it through, all of them. */
export function heldBySchemas(schemas: readonly Value[], part: RequestPart): Held | undefined {
  const open = schemas.map(openIn);
  if (open.length === 0 || open.includes(undefined)) return undefined;
  if (open.every((one) => one === "any")) return { part, raw: true, whole: true };
  if (open.some((one) => typeof one === "string"))
    return open.length === 1 ? { part, raw: false, whole: false } : undefined;
  const except = new Set(open.flatMap((one) => (typeof one === "object" ? [...one] : [])));
  return { part, raw: false, whole: false, except };
}

function openIn(schema: Value): Open | undefined {
  if (!ZOD.test(rootPackage(schema)?.name ?? "")) return undefined;
  const [first, ...later] = stepsOf(schema);
  if (first === undefined || !later.every(({ name }) => LEAVES_OPEN.test(name))) return undefined;
  switch (first.name) {
    case "string":
    case "url":
      return "text";
    case "any":
    case "unknown":
      return "any";
    case "array":
    case "optional":
    case "nullable":
      return first.args[0] === undefined ? undefined : openIn(first.args[0]);
    case "object":
    case "strictObject":
    case "looseObject":
      return fieldsOf([first, ...later.filter(({ name }) => ADDS.test(name))]);
    default:
      return undefined;
  }
}

/** A text may still be any after these; a pattern, a refinement or a transformation may leave few. */
const LEAVES_OPEN =
  /^(?:min|max|length|nonempty|trim|toLowerCase|toUpperCase|optional|nullable|nullish|default|prefault|describe|meta|url|brand|readonly|catch|strict|strip|passthrough|loose|partial|required|extend|safeExtend|merge|pick|omit|array)$/;
const ADDS = /^(?:extend|safeExtend|merge)$/;

/** The names of all fields that hold nothing of a client's own. */
function fieldsOf(steps: readonly Step[]): Open | undefined {
  const closed = new Set<string>();
  for (const { name, args } of steps) {
    const given = inProduction(args[0] ?? { k: "unknown", why: "no fields" });
    const inner = name === "merge" || given.k !== "obj" ? openIn(given) : undefined;
    if (given.k !== "obj" && typeof inner !== "object") return undefined;
    if (typeof inner === "object") for (const one of inner) closed.add(one);
    if (given.k !== "obj") continue;
    if (given.open) return undefined;
    for (const [key, value] of given.props) {
      const open = openIn(inProduction(value));
      if (open === undefined) closed.add(key);
      if (typeof open === "object") for (const one of open) closed.add(one);
    }
  }
  return closed;
}

interface Step {
  readonly name: string;
  readonly args: readonly Value[];
}

/** `string`, `min` and `optional` of `z.string().min(1).optional()`. */
function stepsOf(schema: Value): readonly Step[] {
  const found: Step[] = [];
  let at: Value = inProduction(schema);
  while (at.k === "call") {
    const { callee, args }: Extract<Value, { k: "call" }> = at;
    if (callee.k === "pkg") return [{ name: callee.path.at(-1) ?? "", args }, ...found];
    if (callee.k !== "member") return [];
    found.unshift({ name: callee.name, args });
    at = callee.of;
  }
  return at.k === "pkg" ? found : [];
}

/** The part of a contract or of options that is not there. */
export const isMissing = (value: Value): boolean => isKnown(value, undefined);
