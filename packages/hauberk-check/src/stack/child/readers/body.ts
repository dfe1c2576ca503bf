import type { StackValue } from "../../facts.ts";
import type { Engine } from "../closures.ts";
import { describe } from "../measure.ts";
import { described, first, object, plain, type Plain, type Variables } from "./shape.ts";

/** The parsers of body-parser 1 and 2. */
export function body(variables: Variables): readonly StackValue[] {
  const options = plain(variables.get("readOptions") ?? variables.get("opts"));
  const limit = first(variables, "limit") ?? options["limit"];
  const accepts = first(variables, "shouldParse") ?? options["shouldParse"];
  return [
    object({
      limit: describe(limit),
      extended: extendedOf(variables.get("parse")),
      type: typesOf(accepts),
    }),
  ];
}

/** Whether fields may arrive as objects: the parser is asked, as no version keeps the option itself. */
function extendedOf(parse: unknown): StackValue {
  if (typeof parse !== "function") return { $undefined: true };
  try {
    const fields = plain((parse as (body: string, encoding: string) => unknown)("a[b]=1", "utf-8"));
    return "a" in fields;
  } catch {
    // A parser of JSON has no such option.
    return { $undefined: true };
  }
}

const SIMPLE_TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];

/** Which types a cross-site form can send are parsed: asked of the parser itself. */
function typesOf(accepts: unknown): StackValue {
  if (typeof accepts !== "function") return { $unknown: "the types it parses" };
  const taken = SIMPLE_TYPES.filter((type) => {
    try {
      return Boolean(
        (accepts as (request: unknown) => unknown)({
          headers: { "content-type": type, "content-length": "2", "transfer-encoding": "chunked" },
        }),
      );
    } catch {
      return false;
    }
  });
  return taken.length === 0 ? { $undefined: true } : taken;
}

/** multer hands its middleware a set-up function that is bound to what it was made with. */
export function multer(variables: Variables, engine: Engine): readonly StackValue[] | undefined {
  const made = engine.boundTo(variables.get("setup"));
  if (made === undefined) return undefined;
  const { limits, fileFilter, storage } = plain(made);
  return [
    object({
      limits: limits === undefined ? { $undefined: true } : object(described(plain(limits))),
      fileFilter: isOwnFilter(fileFilter) ? describe(fileFilter) : { $undefined: true },
      dest: describe(destinationOf(plain(storage), engine)),
    }),
  ];
}

/** Without a filter multer puts in one that lets everything through. */
const isOwnFilter = (filter: unknown): boolean => typeof filter === "function" && filter.name !== "allowAll";

function destinationOf({ getDestination }: Plain, engine: Engine): unknown {
  return plain(engine.variables(getDestination).get("opts"))["destination"];
}
