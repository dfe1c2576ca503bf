import { isFunction, type t } from "../parse/ast.ts";
import { classValue, superCall } from "./classes.ts";
import { argumentsOf, arrayLiteral, objectLiteral } from "./literals.ts";
import { under, type Machine } from "./machine.ts";
import { ROOT } from "./root.ts";
import { binary, branch, logical, not, text } from "./operators.ts";
import type { Scope } from "./scope.ts";
import { sourceOf } from "./statements.ts";
import { concatenated, join, object, prim, UNDEFINED, unknown, type Site, type Value } from "./values.ts";

export function evaluate(machine: Machine, node: t.Node, scope: Scope): Value {
  const site: Site = { module: scope.module, node };
  if (isFunction(node)) {
    machine.closures.set(node, { scope, self: scope.self });
    return { k: "fn", node, scope, module: scope.module, self: scope.self, props: new Map() };
  }
  switch (node.type) {
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral":
      return prim(node.value, site);
    case "NullLiteral":
      return prim(null, site);
    case "RegExpLiteral":
      return { k: "regex", source: node.pattern, flags: node.flags, site };
    case "TemplateLiteral":
      return template(machine, node, scope);
    case "Identifier":
      return identifier(machine, node.name, scope, site);
    case "ThisExpression":
      return scope.self ?? unknown("this");
    case "ObjectExpression":
      return objectLiteral(machine, node, scope);
    case "ArrayExpression":
      return arrayLiteral(machine, node, scope);
    case "ClassExpression":
    case "ClassDeclaration":
      return classValue(machine, node, scope);
    case "MemberExpression":
    case "OptionalMemberExpression":
      return memberExpression(machine, node, scope, site);
    case "CallExpression":
    case "OptionalCallExpression":
      return callExpression(machine, node, scope, site);
    case "NewExpression":
      return machine.invoke(
        machine.evaluate(node.callee, scope),
        argumentsOf(machine, node.arguments, scope),
        site,
        true,
      );
    case "AssignmentExpression":
      return assignment(machine, node, scope, site);
    case "LogicalExpression":
      return logical(
        node.operator,
        machine.evaluate(node.left, scope),
        () => machine.evaluate(node.right, scope),
        site,
      );
    case "BinaryExpression":
      return node.left.type === "PrivateName"
        ? unknown("a private check")
        : binary(
            node.operator,
            machine.evaluate(node.left, scope),
            machine.evaluate(node.right, scope),
            site,
          );
    case "UnaryExpression":
      return unary(machine, node, scope, site);
    case "ConditionalExpression":
      return conditional(machine, node, scope);
    case "SequenceExpression":
      return node.expressions.map((one) => machine.evaluate(one, scope)).at(-1) ?? UNDEFINED;
    case "AwaitExpression":
      return awaited(machine.evaluate(node.argument, scope));
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TypeCastExpression":
    case "ParenthesizedExpression":
    case "TSInstantiationExpression":
      return machine.evaluate(node.expression, scope);
    case "MetaProperty":
      return metaProperty(site);
    case "ImportExpression": {
      const specifier = text(machine.evaluate(node.source, scope));
      return specifier === undefined ? dynamicImport(site) : machine.import(specifier, scope.module, site);
    }
    case "TaggedTemplateExpression":
      return { k: "call", callee: machine.evaluate(node.tag, scope), args: [], isNew: false, site };
    default:
      return unknown(node.type, site);
  }
}

/** `import.meta`, with the paths Node gives it. */
function metaProperty(site: Site): Value {
  const meta = object(true, site);
  const file = `${ROOT}/${site.module.path}`;
  meta.props.set("url", prim(file, site));
  meta.props.set("filename", prim(file, site));
  meta.props.set("dirname", prim(file.slice(0, file.lastIndexOf("/")), site));
  return meta;
}

const dynamicImport = (site: Site): Value => unknown("an import whose name is computed", site);

function awaited(value: Value): Value {
  return value;
}

function identifier(machine: Machine, name: string, scope: Scope, site: Site): Value {
  if (name === "undefined") return UNDEFINED;
  const found = scope.lookup(name);
  if (found !== undefined) return found;
  return machine.program.globals.get(name) ?? unknown(`\`${name}\` is not declared`, site);
}

function template(machine: Machine, node: t.TemplateLiteral, scope: Scope): Value {
  const site = { module: scope.module, node };
  const parts: string[] = [];
  for (const [i, quasi] of node.quasis.entries()) {
    parts.push(quasi.value.cooked ?? quasi.value.raw);
    const expression = node.expressions[i];
    if (expression === undefined) continue;
    const value = machine.evaluate(expression, scope);
    if (value.k !== "prim") return unknown("a template with a value that is not known", site);
    parts.push(String(value.v));
  }
  return concatenated(parts, "", site);
}

function memberExpression(
  machine: Machine,
  node: t.MemberExpression | t.OptionalMemberExpression,
  scope: Scope,
  site: Site,
): Value {
  const holder = machine.evaluate(node.object, scope);
  if (node.property.type === "PrivateName") return machine.member(holder, `#${node.property.id.name}`, site);
  if (!node.computed)
    return node.property.type === "Identifier"
      ? machine.member(holder, node.property.name, site)
      : unknown("member", site);
  const key = machine.evaluate(node.property, scope);
  if (key.k === "prim") return machine.member(holder, String(key.v), site);
  if (holder.k === "obj" && (key.k === "env" || key.k === "fallback")) {
    const [prod, dev] = [holder.props.get("production"), holder.props.get("development")];
    if (prod !== undefined && dev !== undefined) return { k: "mode", prod, dev };
  }
  return holder.k === "app" ? { k: "member", of: holder, name: "?" } : unknown("a computed property", site);
}

function callExpression(
  machine: Machine,
  node: t.CallExpression | t.OptionalCallExpression,
  scope: Scope,
  site: Site,
): Value {
  if (node.callee.type === "Import") return dynamicImport(site);
  if (node.callee.type === "Super") return superCall(machine, node, scope);
  const callee = machine.evaluate(node.callee, scope);
  const args = argumentsOf(machine, node.arguments, scope);
  if (callee.k === "pkg" && callee.name === "require" && callee.path.length === 0) {
    const specifier = args[0] === undefined ? undefined : text(args[0]);
    return specifier === undefined
      ? machine.invoke(dynamicImport(site), args, site, false)
      : machine.import(specifier, scope.module, site);
  }
  return machine.invoke(callee, args, site, false);
}

function assignment(machine: Machine, node: t.AssignmentExpression, scope: Scope, site: Site): Value {
  const right = machine.evaluate(node.right, scope);
  if (node.operator === "=") {
    machine.assign(node.left, right, scope);
    return right;
  }
  const left = machine.evaluate(node.left, scope);
  const operator = node.operator.slice(0, -1);
  const value = ["||", "&&", "??"].includes(operator)
    ? logical(operator, left, () => right, site)
    : binary(operator, left, right, site);
  machine.assign(node.left, value, scope);
  return value;
}

function unary(machine: Machine, node: t.UnaryExpression, scope: Scope, site: Site): Value {
  const value = machine.evaluate(node.argument, scope);
  if (node.operator === "!") return not(value);
  if (node.operator === "void") return UNDEFINED;
  if (node.operator === "-" && value.k === "prim" && typeof value.v === "number") return prim(-value.v, site);
  if (node.operator === "+" && value.k === "prim") return prim(Number(value.v), site);
  return unknown(`result of ${node.operator}`, site);
}

function conditional(machine: Machine, node: t.ConditionalExpression, scope: Scope): Value {
  const test = machine.evaluate(node.test, scope);
  const label = sourceOf(scope, node.test);
  const [yes, no] = [branch(test, true, label), branch(test, false, label)];
  if (yes === "always") return machine.evaluate(node.consequent, scope);
  if (no === "always") return machine.evaluate(node.alternate, scope);
  const consequent = under(machine, typeof yes === "string" ? undefined : yes, () =>
    machine.evaluate(node.consequent, scope),
  );
  const alternate = under(machine, typeof no === "string" ? undefined : no, () =>
    machine.evaluate(node.alternate, scope),
  );
  if (typeof yes !== "string" && yes.mode === "prod") return { k: "mode", prod: consequent, dev: alternate };
  if (typeof yes !== "string" && yes.mode === "dev") {
    return { k: "mode", prod: alternate, dev: join(consequent, alternate) };
  }
  return join(consequent, alternate);
}
