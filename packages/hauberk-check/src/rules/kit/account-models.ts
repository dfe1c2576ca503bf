import { alternatives } from "../../model/alternatives.ts";
import { codeOf, type Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import type { Value } from "../../model/values.ts";
import { ancestors, isFunction, parentOf, type t } from "../../parse/ast.ts";
import { remembered } from "../../remembered.ts";
import type { NodeContext } from "../rule.ts";
import { lastName } from "./function-names.ts";
import { callArguments, keyName, plainText, sourceText } from "./nodes.ts";

/** Whether this is a model whose records come with a password, and nothing in its schema keeps it back. */
export function showsPassword(model: t.Node, { value, program }: NodeContext): boolean {
  const { byCall, byName } = modelsOf(program);
  if (byName.size === 0) return false;
  const known = alternatives(value(model)).flatMap(eachOf);
  const found = known.map((one) => (one.k === "call" ? byCall.get(one.site.node) : undefined));
  if (found.some((one) => one !== undefined)) return found.every((one) => one !== false);
  // `db.User` of a folder whose models are loaded by the names of their files.
  return known.every(isUnseen) && byName.get((lastName(model) ?? "").toLowerCase()) === true;
}

/** The same by the name a model is made with, in small letters. */
export const namesPassword = (name: string, program: Program): boolean =>
  modelsOf(program).byName.get(name) === true;

/** `mongoose.models.User || mongoose.model("User", schema)`. */
const eachOf = (value: Value): readonly Value[] =>
  value.k === "fallback" ? [...eachOf(value.left), ...eachOf(value.right)] : [value];

const isUnseen = ({ k }: Value): boolean => k === "unknown" || k === "member" || k === "class";

interface Models {
  /** By the call that makes the model, and whether its password is shown. */
  readonly byCall: ReadonlyMap<t.Node, boolean>;
  /** By name; two of one name count as one that shows none. */
  readonly byName: ReadonlyMap<string, boolean>;
}

const modelsOf = remembered((program: Program): Models => {
  const byCall = new Map<t.Node, boolean>();
  const byName = new Map<string, boolean>();
  const modules = program.modules.filter(({ text }) => /pass|pwd/i.test(text) && MAKES.test(text));
  const isHiddenForAll = modules.length === 0 || program.modules.some(({ text }) => FOR_ALL.test(text));
  for (const module of modules)
    for (const node of module.index.get("CallExpression") ?? []) {
      const made = modelMadeBy(node, module);
      if (made === undefined) continue;
      const isShown = !isHiddenForAll && hasPassword(made.fields, module) && !HIDES.test(codeOf(module));
      const name = made.name.toLowerCase();
      byCall.set(node, isShown);
      byName.set(name, isShown && !byName.has(name));
    }
  for (const name of clientModels(program)) if (!byName.has(name)) byName.set(name, true);
  return { byCall, byName };
});

/** `user` of `prisma.user.create({ data: { password } })`: its schema stands in another language, and records come whole. */
function clientModels(program: Program): readonly string[] {
  const modules = program.modules.filter(({ text }) => /prisma/i.test(text));
  if (modules.some(({ text }) => /\bomit\s?:|\$extends\b/.test(text))) return [];
  return modules.flatMap(({ index }) =>
    (index.get("CallExpression") ?? []).flatMap((node) => {
      if (node.type !== "CallExpression" || !/^(?:create|upsert)$/.test(lastName(node.callee) ?? ""))
        return [];
      const model = node.callee.type === "MemberExpression" ? node.callee.object : undefined;
      const isOfClient = model?.type === "MemberExpression" && CLIENT.test(lastName(model.object) ?? "");
      return isOfClient && setsPassword(node) ? [(lastName(model) ?? "").toLowerCase()] : [];
    }),
  );
}
const CLIENT = /prisma|^(?:db|tx|client|orm)$/i;

const setsPassword = (node: t.CallExpression): boolean =>
  node.arguments.some(
    (given) =>
      given.type === "ObjectExpression" &&
      given.properties.some(
        (one) =>
          one.type === "ObjectProperty" &&
          /^(?:data|create)$/.test(keyName(one.key)) &&
          one.value.type === "ObjectExpression" &&
          one.value.properties.some(
            (field) => field.type === "ObjectProperty" && PASSWORD.test(keyName(field.key)),
          ),
      ),
  );

const MAKES = /\bmodel\s?[(<]|\.define\s?[(<]|\.init\s?\(/;
const FOR_ALL = /\bmongoose\.plugin\(|\bset\(\s?["'](?:toJSON|toObject)["']/;
/** What keeps a password back, and what may: plugins of schemas do. */
const HIDES =
  /toJSON|toObject|\btransform\b|defaultScope|\bexclude\b|mongoose-hidden|\bthis\.select\(|\.plugin\(|\bdiscriminator\(/;

interface Made {
  readonly name: string;
  readonly fields: t.ObjectExpression;
}

/** `mongoose.model("User", schema)`, `sequelize.define("user", { ... })`, `User.init({ ... })`. */
function modelMadeBy(node: t.Node, module: Module): Made | undefined {
  const [first, second] = callArguments(node);
  if (node.type !== "CallExpression" || first === undefined) return undefined;
  const made = lastName(node.callee);
  if (made === "init" && node.callee.type === "MemberExpression") {
    const name = lastName(node.callee.object);
    return name !== undefined && first.type === "ObjectExpression" ? { name, fields: first } : undefined;
  }
  const name = made === "model" || made === "define" ? plainText(first) : undefined;
  if (name === undefined || second === undefined) return undefined;
  const fields = made === "model" ? fieldsOfSchema(second, module) : second;
  return fields?.type === "ObjectExpression" ? { name, fields } : undefined;
}

function fieldsOfSchema(node: t.Node, module: Module): t.Node | undefined {
  const schema = node.type === "Identifier" ? declaredBeside(node, module) : node;
  return (schema?.type === "NewExpression" || schema?.type === "CallExpression") &&
    lastName(schema.callee)?.endsWith("Schema") === true
    ? schema.arguments[0]
    : undefined;
}

/** `const userSchema = new Schema(...)`, not in a function of its own. */
const declaredBeside = ({ name }: t.Identifier, module: Module): t.Node | undefined =>
  module.index
    .get("VariableDeclarator")
    ?.flatMap((one) =>
      one.type === "VariableDeclarator" && keyName(one.id) === name && one.init && isOfModule(one)
        ? [one.init]
        : [],
    )
    .at(0);

const isOfModule = (node: t.Node): boolean =>
  parentOf(node) !== undefined && !ancestors(node).some(isFunction);

const PASSWORD = /^(?:user_?)?(?:password|passwd|pwd|password_?hash|hashed_?password)$/i;

const hasPassword = ({ properties }: t.ObjectExpression, module: Module): boolean =>
  properties.some(
    (one) =>
      one.type === "ObjectProperty" &&
      PASSWORD.test(keyName(one.key)) &&
      !/\bselect\b|\bget\b/.test(sourceText(module, one.value)),
  );
