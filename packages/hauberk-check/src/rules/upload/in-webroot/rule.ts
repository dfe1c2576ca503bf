import { posix } from "node:path";
import { withoutTrailing } from "../../../files/paths.ts";
import { literals, option, optionSite } from "../../kit/options.ts";
import { staticRoots } from "../../kit/static-roots.ts";
import { folderOf } from "../../kit/path-prefix.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { callArguments, calleeName, dotted, handlerAround } from "../../kit/nodes.ts";
import { LexicalScope } from "../../../model/lexical.ts";
import type { Machine } from "../../../model/machine.ts";
import { walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { inProduction } from "../../../model/alternatives.ts";
import type { Site, Value } from "../../../model/values.ts";
import { ALL_EXPRESS, defineRule, type Context, type Rule } from "../../rule.ts";

/** Parsers that write what they are sent to `uploadDir`. */
const OLD_PARSERS: readonly string[] = [
  "express.bodyParser",
  "express.multipart",
  "connect.bodyParser",
  "connect.multipart",
  "connect-multiparty",
  "formidable",
  "formidable.formidable",
  "formidable.IncomingForm",
];

export const rule: Rule = defineRule({
  id: "upload/in-webroot",
  title: "Uploaded files are served as they came",
  severity: "high",
  confidence: "high",
  cwe: [434],
  asvs: ["5.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Whoever uploads a page with a script gets an address on the app's own origin for it.",
  fix: "Store uploads outside every static folder and send them through a route that sets the type, Content-Disposition and nosniff.",
  call: {
    names: ["multer", "multer.diskStorage", ...OLD_PARSERS],
    run(call, context) {
      const name =
        call.name === "multer" ? "dest" : call.name === "multer.diskStorage" ? "destination" : "uploadDir";
      if (hasOwnExtension(inProduction(option(call, "filename")))) return;
      const targets = destinations(option(call, name), context.program.machine);
      reportServed(context, targets, optionSite(call, name));
    },
  },
  callees: [/\.mv$/],
  visit: {
    // express-fileupload: `req.files.avatar.mv(path.join(__dirname, "public/uploads", file.name))`.
    CallExpression(node, context) {
      if (node.type !== "CallExpression" || methodOf(node) !== "mv") return;
      const [given] = node.arguments;
      if (given === undefined || handlerAround(node) === undefined) return;
      const folder = folderOf(given, context);
      if (folder !== undefined) reportServed(context, [folder], { module: context.module, node });
    },
  },
});

const methodOf = ({ callee }: t.CallExpression): string =>
  callee.type === "MemberExpression" && callee.property.type === "Identifier" ? callee.property.name : "";

function reportServed(context: Context, given: readonly string[], at: Site): void {
  const targets = given.map(normalise);
  const root = staticRoots(context.program).find((one) =>
    targets.some(
      (target) =>
        (one.path === "" && one.isAbsolute && !target.startsWith("/") && !target.startsWith("..")) ||
        (one.path !== "" && (target === one.path || target.startsWith(`${one.path}/`))),
    ),
  );
  if (root !== undefined)
    context.report({
      at,
      message: `Files go to a folder below ${root.path === "" ? "the project" : `${root.path}/`}, which is served.`,
      related: [{ at: root.site, message: "the static folder" }],
    });
}

/** `cb(null, name + "." + EXTENSIONS[file.mimetype])`: a table of the server's says what the file is served as. */
function hasOwnExtension(name: Value): boolean {
  if (name.k !== "fn") return false;
  const done = name.node.params[2];
  let isOwn = false;
  walk(name.node.body, (node) => {
    if (done?.type === "Identifier" && calleeName(node) === done.name)
      isOwn = isLookedUp(lastPiece(callArguments(node)[1]), name.node);
  });
  return isOwn;
}

function lastPiece(node: t.Node | undefined): t.Node | undefined {
  if (node?.type === "BinaryExpression" && node.operator === "+") return lastPiece(node.right);
  if (node?.type !== "TemplateLiteral") return node;
  return node.quasis.at(-1)?.value.raw === "" ? node.expressions.at(-1) : undefined;
}

function isLookedUp(node: t.Node | undefined, fn: FunctionNode): boolean {
  if (node?.type === "MemberExpression")
    return node.computed && (dotted(node.property) ?? "").endsWith(".mimetype");
  const given = node?.type === "Identifier" ? declaredIn(fn).get(node.name) : undefined;
  return given?.type === "MemberExpression" && isLookedUp(given, fn);
}

function destinations(value: Value, machine: Machine): readonly string[] {
  const one = inProduction(value);
  if (one.k !== "fn") return literals(one).map((literal) => literal.text);
  const done = one.node.params[2];
  if (done?.type !== "Identifier") return [];
  const found: string[] = [];
  const read = (node: t.Node): Value =>
    machine.evaluate(node, new LexicalScope(machine, one.module, node, one));
  walk(one.node.body, (node) => {
    const folder = calleeName(node) === done.name ? callArguments(node)[1] : undefined;
    if (folder === undefined) return;
    const known = literals(read(folder)).map((literal) => literal.text);
    const begin = known.length > 0 ? undefined : folderOf(folder, { module: one.module, value: read });
    found.push(...known, ...(begin === undefined ? [] : [begin]));
  });
  return found;
}

const normalise = (path: string): string =>
  withoutTrailing(posix.normalize(path.replace(/^\/@\//, "").replace(/^(?:\.?\/)+/, "")), "/");
