import type { t } from "../parse/ast.ts";
import { object, UNDEFINED, type Site, type Value } from "./values.ts";

/**
 * What compilers put around `require` for `import x from "y"`: TypeScript (`__importDefault`, also of tslib), Babel
 * (`_interopRequireDefault`), SWC (`_interop_require_default`) and esbuild (`__toESM`).
 */
const DEFAULT = /^(?:__importDefault|_interopRequireDefault|_interop_require_default)$/;
const STAR = /^(?:__importStar|_interopRequireWildcard|_interop_require_wildcard|__toESM)$/;

/** `__importDefault(require("express"))`: what was required, with itself as its default; `undefined` for other calls. */
export function interop(
  node: t.CallExpression | t.OptionalCallExpression,
  args: readonly Value[],
  site: Site,
): Value | undefined {
  const name = calledName(node.callee);
  const isStar = STAR.test(name);
  if (!isStar && !DEFAULT.test(name)) return undefined;
  const [whole = UNDEFINED] = args;
  if (whole.k === "pkg") return { ...whole, isNamespace: true };
  if (whole.k === "obj" && (whole.props.has("default") || whole.props.has("__esModule"))) return whole;
  const made = object(false, site);
  if (isStar && whole.k === "obj") for (const [key, value] of whole.props) made.props.set(key, value);
  made.props.set("default", whole);
  return made;
}

/** `_interop_require_default._(...)` is SWC's from its package. */
function calledName(callee: t.Node): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "SequenceExpression") {
    const last = callee.expressions.at(-1);
    return last === undefined ? "" : calledName(last);
  }
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return "";
  return callee.property.name === "_" ? calledName(callee.object) : callee.property.name;
}
