import { LexicalScope } from "../../model/lexical.ts";
import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { annotationOf, type t } from "../../parse/ast.ts";
import { lastName } from "./function-names.ts";
import { keyName } from "./nodes.ts";

type Kind = "any" | "number" | "boolean" | "typed";

/** What the type of a parameter promises: a framework that reads it turns `?id=1` into a number where it says so. */
export function typeOf(param: t.Node): Kind {
  const type = annotationOf(param);
  switch (type?.type) {
    case undefined:
    case "TSAnyKeyword":
    case "TSUnknownKeyword":
    case "TSObjectKeyword":
      return "any";
    case "TSNumberKeyword":
    case "TSBigIntKeyword":
      return "number";
    case "TSBooleanKeyword":
      return "boolean";
    case "TSTypeReference":
      return type.typeName.type === "Identifier" && /^(?:Record|Object)$/.test(type.typeName.name)
        ? "any"
        : "typed";
    default:
      return "typed";
  }
}

/** Decorators of a field after which nobody can write what they like into it. */
const CHECKED =
  /^(?:Is(?:In|Enum|Int|Number|Boolean|UUID|MongoId|Date|DateString|ISO\w+|NumberString|Alpha|Alphanumeric|Hexadecimal|HexColor|JWT|Base64|Port|Latitude|Longitude|Currency|Locale|MobilePhone|PhoneNumber|Positive|Negative|Decimal|SemVer|IP|Equals)|Matches|Equals|Enum|Min|Max|Pattern)$/;

/** The fields of the class a parameter is of that hold numbers or are checked: `class Search { @IsIn(["a", "b"]) sort: string }`. */
export function checkedFields(param: t.Node, module: Module, program: Program): ReadonlySet<string> {
  const type = annotationOf(param);
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return new Set();
  const scope = new LexicalScope(program.machine, module, param);
  const cls = program.machine.evaluate(type.typeName, scope);
  return cls.k === "class"
    ? new Set(cls.node.body.body.flatMap((one) => (one.type === "ClassProperty" ? nameIfChecked(one) : [])))
    : new Set();
}

function nameIfChecked(field: t.ClassProperty): readonly string[] {
  const type = annotationOf(field);
  const isChecked =
    /^TS(?:Number|Boolean|BigInt|Union|Literal)/.test(type?.type ?? "") ||
    (type?.type === "TSTypeReference" && lastName(type.typeName) === "Date") ||
    (field.decorators ?? []).some(
      ({ expression }) =>
        expression.type === "CallExpression" && CHECKED.test(lastName(expression.callee) ?? ""),
    );
  return isChecked ? [keyName(field.key)] : [];
}
