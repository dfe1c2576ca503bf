import { isFunction, type t } from "../parse/ast.ts";
import { callExpression, dynamicImport } from "./call-expressions.ts";
import { classValue } from "./classes.ts";
import { argumentsOf, arrayLiteral, objectLiteral } from "./literals.ts";
import type { Machine } from "./machine.ts";
import { memberExpression } from "./member-expressions.ts";
import { assignment, conditional, unary } from "./operator-expressions.ts";
import { fieldsAround } from "./fields.ts";
import { importedNamespace } from "./modules.ts";
import { binary, logical, text } from "./operators.ts";
import { ROOT } from "./root.ts";
import type { Scope } from "./scope.ts";
import { object, concatenated, prim, UNDEFINED, unknown, type Site, type Value } from "./values.ts";

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
      return scope.self ?? fieldsAround(machine, node, scope) ?? unknown("this");
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
      return specifier === undefined
        ? dynamicImport(site)
        : importedNamespace(machine, specifier, scope.module, site);
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
