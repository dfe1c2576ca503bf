import type { ProjectFiles } from "../../../files/project-files.ts";
import { decoratorNames } from "../../../model/decorators.ts";
import { classOfGuard } from "../../../model/nest-routes.ts";
import type { Program } from "../../../model/program.ts";
import { rootPackage, type Class, type Value } from "../../../model/values.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { ancestors, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { lastName } from "../../kit/function-names.ts";
import { sourceText } from "../../kit/nodes.ts";

const ROLES = /^(?:has|require|allow|allowed|with)?_?roles?$/i;
export const OF_ADMINISTRATION: RegExp = /admin|super|root|staff|moderator/i;
/** How a guard reads what a decorator wrote down. */
const READS = /\.getAllAnd(?:Override|Merge)\b|\breflector\b|\bgetMetadata\(/i;
const READS_OTHERWISE = /\.getAllAnd(?:Override|Merge)\b|\breflector ?\.|\bgetMetadata\(/i;
/** Guards of packages that ask who it is, or how often; of others that were not read nobody knows. */
const OF_PACKAGES = /^(?:AuthGuard|ThrottlerGuard)$/;
/** Decorators that may stand for a guard. */
const MAY_GUARD = /auth|guard|permi|polic|protect|secure/i;

/** Routes of controllers with `@Roles("admin")`, which writes a word down that no guard in front of them reads. */
export function unaskedRoles(view: AppView, program: Program): readonly Endpoint[] {
  return view.endpoints.filter((route) => {
    const method = route.layer.site.node;
    if (method.type !== "ClassMethod") return false;
    const cls = ancestors(method).find((up) => up.type === "ClassDeclaration");
    const holders = cls === undefined ? [method] : [cls, method];
    if (!holders.some((one) => namesRole(one, route, program))) return false;
    const others = holders.flatMap((one) => decoratorNames(one)).filter((name) => name !== "UseGuards");
    return !others.some((name) => MAY_GUARD.test(name)) && !isAsked(route, program);
  });
}

/** Written down by a function of the project, `SetMetadata("roles", roles)`, that does nothing else. */
function namesRole(holder: t.Node, { layer: { site } }: Endpoint, program: Program): boolean {
  const decorators = "decorators" in holder ? (holder.decorators ?? []) : [];
  return decorators.some(({ expression }) => {
    if (expression.type !== "CallExpression" || !ROLES.test(lastName(expression.callee) ?? "")) return false;
    if (!expression.arguments.some((one) => OF_ADMINISTRATION.test(sourceText(site.module, one))))
      return false;
    const value = program.valueAt(site.module, expression.callee);
    if (value.k !== "fn") return false;
    const text = sourceText(value.module, value.node);
    return /\bSetMetadata\(/.test(text) && !/applyDecorators|UseGuards/.test(text);
  });
}

function isAsked({ layer }: Endpoint, program: Program): boolean {
  const before = layer.handlers.slice(0, -1);
  // Something stands there that nobody knows; the decorator itself counts as one of these.
  if (before.filter((one) => one.k !== "pkg").length > 1) return true;
  return before.some(mayReadRoles) || isReadOtherwise(program.files);
}

/** The text of the class is read; of what is not of the project nobody knows, but for a few. */
function mayReadRoles(guard: Value): boolean {
  if (guard.k !== "pkg" || guard.path[0] !== "UseGuards") return false;
  const cls = classOfGuard(guard);
  return cls === undefined ? !OF_PACKAGES.test(guard.path.at(-1) ?? "") : mayRead(cls);
}

function mayRead({ node, module, parent }: Class, depth = 0): boolean {
  if (READS.test(sourceText(module, node)) || depth > MAX_PARENTS) return true;
  // `extends AuthGuard("jwt")` of passport asks who it is.
  if (parent === undefined || rootPackage(parent)?.name === "@nestjs/passport") return false;
  return parent.k === "class" ? mayRead(parent, depth + 1) : true;
}

const MAX_PARENTS = 4;

/** An interceptor or a middleware may read them as well; it need not be a file that anything else is asked of. */
const isReadOtherwise = remembered((files: ProjectFiles): boolean =>
  files.list.some((path) => {
    if (!/\.[cm]?[jt]s$/.test(path) || /\.(?:spec|test|d)\./.test(path)) return false;
    const text = files.read(path) ?? "";
    return READS_OTHERWISE.test(text) && !text.includes("canActivate");
  }),
);
