import { inProduction } from "../model/alternatives.ts";
import { roleOf } from "../model/roles.ts";
import { nameOf, rootPackage, unknown, type Call, type Site, type Value } from "../model/values.ts";
import type { StackFunction, StackValue } from "./facts.ts";
import { exportOf } from "./names.ts";
import { packageCallIn, type Sites } from "./sites.ts";
import { toValue } from "./values.ts";

/** What handlers are built with. */
export interface HandlerBuilder {
  readonly sites: Sites;
  /** Which running function a value of the model stands for. */
  readonly functions: Map<Value, StackFunction>;
}

/** A running function as a value of the model; `written` is what the source lens saw at its mount. */
export function handlerOf(
  builder: HandlerBuilder,
  fn: StackFunction,
  written: Value | undefined,
  site: Site,
): Value {
  const value =
    fn.package === undefined ? ownHandler(builder, fn, written) : packageHandler(builder, fn, written, site);
  builder.functions.set(value, fn);
  return value;
}

function ownHandler(builder: HandlerBuilder, fn: StackFunction, written: Value | undefined): Value {
  const found = builder.sites.fn(fn.at);
  if (found === undefined)
    return unknown(
      `${fn.name === "" ? "a function" : `\`${fn.name}\``} of the running app whose source was not found`,
    );
  const same = written === undefined ? undefined : inProduction(written);
  return same?.k === "fn" && same.node === found.node ? { ...same } : found;
}

function packageHandler(
  builder: HandlerBuilder,
  fn: StackFunction,
  written: Value | undefined,
  site: Site,
): Value {
  const call = packageCallIn(written);
  const own = exportOf(fn);
  const callee =
    call !== undefined && own !== undefined && isSame(call, own)
      ? call.callee
      : (own ?? unknown("a package"));
  const lent = callee === call?.callee ? call : undefined;
  const at = lent?.site ?? site;
  const inner = fn.inner.map((one) => handlerOf(builder, one, undefined, site));
  const args = fn.args?.map((one, i) =>
    toValue(
      withoutDefaults(fn, one),
      lent === undefined ? undefined : inProduction(lent.args[i] ?? unknown("")),
      at,
    ),
  );
  return {
    k: "call",
    callee,
    args:
      inner.length > 0
        ? inner
        : (args ?? lent?.args ?? [unknown("options that cannot be read from the running app", at)]),
    isNew: false,
    site: at,
  };
}

/** Whether the source means the package the engine found: `express.json` is body-parser's, `express.session` express-session's. */
export function isSame(
  call: Call,
  own: { readonly name: string; readonly path: readonly string[] },
): boolean {
  const root = rootPackage(call);
  if (root === undefined) return false;
  // Express gives away many things: express.json() is not express.multipart().
  if (root.name === own.name)
    return root.name !== "express" || root.path.join(".") === own.path.join(".") || own.path.length === 0;
  return roleOf(nameOf(root))?.role === roleOf(nameOf(own))?.role;
}

/** The name nobody chose counts as not chosen. */
function withoutDefaults(fn: StackFunction, value: StackValue): StackValue {
  if (
    fn.package !== "express-session" ||
    typeof value !== "object" ||
    value === null ||
    !("$object" in value)
  )
    return value;
  return value.$object["name"] === "connect.sid"
    ? { $object: { ...value.$object, name: { $undefined: true } } }
    : value;
}
