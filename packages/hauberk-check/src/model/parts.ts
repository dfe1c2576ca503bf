import { ancestors, type t } from "../parse/ast.ts";
import { inProduction } from "./alternatives.ts";
import { factsOf, type HandlerFacts } from "./handler-facts.ts";
import { looksUpVisitor } from "./handler-words.ts";
import type { Machine } from "./machine.ts";
import { memberName } from "./members.ts";
import { roleOf, type Role } from "./roles.ts";
import { property } from "./properties.ts";
import {
  isKnown,
  nameOf,
  rootPackage,
  UNDEFINED,
  type Fn,
  type Pkg,
  type Site,
  type Value,
} from "./values.ts";

/** One thing a middleware does; a wrapper or an array can do several. */
export interface Part {
  readonly role: Role;
  /** How the source names it: `helmet.xframe`, `express.session`, or the function's own name. */
  readonly name: string;
  readonly options: Value | undefined;
  readonly site: Site;
  /** Runs inside a function of the project rather than being mounted itself. */
  readonly wrapped: boolean;
  /** Only some requests or some starts get it. */
  readonly conditional: boolean;
  readonly facts: HandlerFacts | undefined;
  readonly fn: Fn | undefined;
  readonly value: Value;
}

interface Context {
  readonly site: Site;
  readonly wrapped: boolean;
  readonly conditional: boolean;
  readonly depth: number;
}

/** Everything a handler does, as far as it can be told. */
export function partsOf(
  machine: Machine,
  value: Value,
  site: Site,
  conditional: boolean = false,
): readonly Part[] {
  return read(machine, value, { site, wrapped: false, conditional, depth: 0 });
}

function read(machine: Machine, value: Value, context: Context): readonly Part[] {
  if (context.depth > 6) return [part("unknown", "", value, context)];
  const deeper = { ...context, depth: context.depth + 1 };
  switch (value.k) {
    case "mode":
      return read(machine, inProduction(value), deeper);
    case "either":
      return value.values.flatMap((one) => read(machine, one, { ...deeper, conditional: true }));
    case "fallback":
      return [
        ...read(machine, value.left, { ...deeper, conditional: true }),
        ...read(machine, value.right, { ...deeper, conditional: true }),
      ];
    case "prim":
    case "app":
    case "route":
      return [];
    case "arr":
      return value.items.flatMap((one) => read(machine, one, deeper));
    case "fn":
      return readFunction(machine, value, deeper);
    case "pkg":
      return [packagePart(value, undefined, value, context)];
    case "call":
    case "member":
      return readPackageValue(machine, value, deeper);
    default:
      return [part("unknown", "", value, context)];
  }
}

function readPackageValue(
  machine: Machine,
  value: Extract<Value, { k: "call" | "member" }>,
  context: Context,
): readonly Part[] {
  const call = value.k === "call" ? value : callBelow(value);
  if (call === undefined) {
    const root = rootPackage(value);
    return [
      root === undefined ? part("unknown", "", value, context) : packagePart(root, undefined, value, context),
    ];
  }
  // `wrap(handler)`: other people's wrapper around our own function, or ours around a package's middleware.
  const own = rootPackage(call.callee);
  const known = own === undefined ? undefined : roleOf(nameOf(own));
  const inner = known === undefined ? call.args.filter((one) => isMiddleware(one)) : [];
  if (inner.length > 0) {
    return inner.flatMap((one) =>
      read(machine, one, { ...context, wrapped: true, conditional: context.conditional || isUnless(value) }),
    );
  }
  if (own === undefined) {
    const base = calleeApp(call.callee);
    return base === undefined ? [part("unknown", "", value, context)] : [];
  }
  // `multer(options).single("file")`, `session({...})`, `lusca({...})`: the options are those of the innermost call.
  const innermost = innermostCall(call);
  const at = innermost === undefined ? 0 : (roleOf(nameOf(own))?.options ?? 0);
  return [
    packagePart(own, (innermost ?? call).args[at], value, {
      ...context,
      site: context.wrapped ? context.site : (innermost ?? call).site,
    }),
  ];
}

function calleeApp(callee: Value): true | undefined {
  return callee.k === "member" && callee.of.k === "app" ? true : undefined;
}

const isMiddleware = (value: Value): boolean =>
  value.k === "fn" ||
  (value.k === "call" &&
    rootPackage(value) !== undefined &&
    roleOf(nameOf(rootPackage(value) as Pkg)) !== undefined);

function isUnless(value: Value): boolean {
  const root = rootPackage(value);
  return root !== undefined && /unless|conditional/.test(root.name);
}

function callBelow(value: Value): Extract<Value, { k: "call" }> | undefined {
  if (value.k === "call") return value;
  return value.k === "member" ? callBelow(value.of) : undefined;
}

function innermostCall(value: Extract<Value, { k: "call" }>): Extract<Value, { k: "call" }> | undefined {
  const inner =
    value.callee.k === "call"
      ? value.callee
      : value.callee.k === "member"
        ? callBelow(value.callee)
        : undefined;
  return inner === undefined ? value : innermostCall(inner);
}

function packagePart(pkg: Pkg, options: Value | undefined, value: Value, context: Context): Part {
  const name = nameOf(pkg);
  const role = roleOf(name)?.role ?? "other";
  return {
    ...part(role === "token-auth" && isOptional(options) ? "other" : role, shown(pkg), value, context),
    options,
  };
}

/** A guard of NestJS under its own name. */
const shown = (pkg: Pkg): string => (pkg.path[0] === "UseGuards" ? pkg.path.slice(1).join(".") : nameOf(pkg));

/** `jwt({ credentialsRequired: false })` lets everyone through, known or not. */
const isOptional = (options: Value | undefined): boolean =>
  isKnown(property(inProduction(options ?? UNDEFINED), "credentialsRequired"), false);

function readFunction(machine: Machine, fn: Fn, context: Context): readonly Part[] {
  const facts = factsOf(machine, fn);
  const own: Part = { ...part(roleOfFunction(facts, fn), functionName(fn), fn, context), facts, fn };
  const inner = facts.delegates.flatMap((one) =>
    read(machine, one.value, {
      site: { module: fn.module, node: one.node },
      wrapped: true,
      conditional: context.conditional || one.conditional,
      depth: context.depth + 1,
    }),
  );
  return [own, ...inner];
}

function functionName({ node }: Fn): string {
  if (node.type === "ClassMethod") return classOfMiddleware(node);
  return "id" in node && node.id ? node.id.name : "";
}

/** `AuthMiddleware` of `class AuthMiddleware { use(req, res, next) {} }`. */
function classOfMiddleware(node: t.ClassMethod): string {
  const cls = /^(?:use|handler|error)$/.test(memberName(node.key) ?? "") ? ancestors(node) : [];
  for (const up of cls)
    if (up.type === "ClassDeclaration" || up.type === "ClassExpression") return up.id?.name ?? "";
  return "";
}

function roleOfFunction(facts: HandlerFacts, fn: Fn): Role {
  const name = functionName(fn);
  if (facts.isErrorHandler) return "error-handler";
  if (!facts.callsNext) return "other";
  if (facts.rejects && (facts.readsOrigin || facts.readsToken)) return "csrf";
  if (/csrf|xsrf/i.test(name)) return "csrf";
  if (facts.redirectsToHttps) return "https-redirect";
  if (facts.refuses && facts.counts) return "rate-limit";
  if (facts.refuses && facts.readsCredentials && !facts.readsUser) return "token-auth";
  if (facts.refuses && (facts.readsUser || looksUpVisitor(facts.source))) return "auth";
  // A name alone is not enough: `redirectAdminUrls` tidies addresses, and lets everyone through.
  if (/auth|logged|login|admin|guard|protect/i.test(name) && (facts.rejects || facts.redirectsToLogin))
    return "auth";
  if (facts.headers.has("access-control-allow-origin")) return "cors";
  if (facts.headers.size > 0) return "headers";
  return facts.locals.size > 0 ? "locals" : "other";
}

function part(role: Role, name: string, value: Value, context: Context): Part {
  return {
    role,
    name,
    value,
    options: undefined,
    site: context.site,
    wrapped: context.wrapped,
    conditional: context.conditional,
    facts: undefined,
    fn: undefined,
  };
}
