import { inProduction } from "../../../model/alternatives.ts";
import { decoratorNames } from "../../../model/decorators.ts";
import { sourceText } from "../../../model/module.ts";
import type { Site, Value } from "../../../model/values.ts";
import {
  annotationOf,
  enclosingFunction,
  walk,
  type FunctionNode,
  type Node,
  type t,
} from "../../../parse/ast.ts";
import { callArguments, calleeName, dotted, handlerAround, keyName } from "../../kit/nodes.ts";
import { option } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type PackageCall, type Rule } from "../../rule.ts";
import { isNameOfClient } from "./kept-name.ts";

export const rule: Rule = defineRule({
  id: "upload/client-name",
  title: "Uploads keep the name that the client gave them",
  severity: "medium",
  confidence: "high",
  cwe: [73, 434],
  asvs: ["5.3.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A second file of the same name takes the place of the first one, whoever sent it, and the client chooses the extension it is served with.",
  fix: "Store it under a name of your own (`crypto.randomUUID()`) with an extension from a list, and keep the client's name as a text.",
  call: {
    names: ["multer.diskStorage"],
    run(call, context) {
      const at = keptByStorage(call);
      if (at !== undefined && !isOwnFolder(inProduction(option(call, "destination"))))
        context.report({ at, message: "`filename` is the name that the client gave the file." });
    },
  },
  callees: [/(?:^|\.)(?:mv|rename|copyFile|writeFile|createWriteStream|move)(?:Sync)?$/i],
  visit: { CallExpression: checkStored },
});

/** `filename: (req, file, done) => done(null, file.originalname)`. */
function keptByStorage(call: PackageCall): Site | undefined {
  const name = inProduction(option(call, "filename"));
  if (name.k !== "fn") return undefined;
  const [, file, done] = name.node.params;
  if (file?.type !== "Identifier" || done?.type !== "Identifier") return undefined;
  const names: { readonly node: Node; readonly isKept: boolean }[] = [];
  walk(name.node.body, (node) => {
    const given = calleeName(node) === done.name ? callArguments(node)[1] : undefined;
    if (given === undefined) return;
    names.push({ node, isKept: isNameOfClient(given, name.node, [`${file.name}.originalname`]) });
  });
  const [first] = names;
  return first !== undefined && names.every((one) => one.isKept)
    ? { module: name.module, node: first.node }
    : undefined;
}

/** A folder for each user or upload: nobody else's file is replaced. */
const isOwnFolder = (folder: Value): boolean =>
  folder.k === "fn" &&
  /\breq\w{0,10}\.|uuid|random|mkdtemp|Date|nanoid/i.test(sourceText(folder.module, folder.node));

const STORES =
  /^(?:(?:\w{0,8}fs\w{0,8}|promises)\.(?:promises\.)?)?(?:rename|renameSync|copyFile|copyFileSync|writeFile|writeFileSync|createWriteStream|move|moveSync)$/i;

/** `photo.mv(folder + photo.name)` of express-fileupload, `fs.rename(req.file.path, folder + req.file.originalname)`. */
function checkStored(node: Node, { module, program, report }: NodeContext): void {
  if (node.type !== "CallExpression") return;
  const name = calleeName(node) ?? "";
  const isMove = node.callee.type === "MemberExpression" && keyName(node.callee.property) === "mv";
  if (!isMove && !STORES.test(name)) return;
  const fn = handlerAround(node)?.fn ?? takerOfUpload(node);
  if (fn === undefined) return;
  const path = node.arguments[/rename|copy|move/i.test(name) ? 1 : 0];
  if (path === undefined) return;
  const kept = isMove ? namesOfMoved(node).filter((one) => !isRenamed(one, node, fn)) : NAMES;
  if (isMove && program.mention(/["']express-fileupload["']/) === undefined) return;
  if (isNameOfClient(path, fn, kept))
    report({ at: { module, node }, message: "The file is stored under the name that the client gave it." });
}

/** `store(file: Express.Multer.File)`, `upload(@UploadedFile() file)`: the function that a framework or a handler gives an upload. */
function takerOfUpload(node: Node): FunctionNode | undefined {
  const fn = enclosingFunction(node);
  return fn?.params.some(isUpload) === true ? fn : undefined;
}

function isUpload(param: t.Node): boolean {
  if (param.type !== "Identifier") return false;
  if (decoratorNames(param).some((name) => /^UploadedFiles?$/.test(name))) return true;
  const type = annotationOf(param);
  return (
    type?.type === "TSTypeReference" &&
    type.typeName.type === "TSQualifiedName" &&
    /^(?:Express\.)?Multer\.File$/.test(qualified(type.typeName))
  );
}

const qualified = (name: t.TSEntityName): string =>
  name.type === "TSQualifiedName"
    ? `${qualified(name.left)}.${name.right.name}`
    : name.type === "Identifier"
      ? name.name
      : "";

/** `photo.name = randomUUID() + extname(photo.name)` before it is moved: the name is the server's. */
function isRenamed(name: string, move: Node, fn: FunctionNode): boolean {
  let given: t.Node | undefined;
  walk(fn.body, (node) => {
    if (node.type !== "AssignmentExpression" || (node.end ?? 0) > (move.start ?? 0)) return;
    if (dotted(node.left) === name) given = node.right;
  });
  return given !== undefined && !isNameOfClient(given, fn, [name]);
}

const NAMES: readonly string[] = ["originalname", "originalFilename"];

const namesOfMoved = ({ callee }: t.CallExpression): readonly string[] => {
  const file = callee.type === "MemberExpression" ? dotted(callee.object) : undefined;
  return file === undefined ? [] : [`${file}.name`];
};
