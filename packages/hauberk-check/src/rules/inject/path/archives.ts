import type { Module } from "../../../model/module.ts";
import type { t } from "../../../parse/ast.ts";
import { mentions } from "../../kit/mentions.ts";
import { callArguments, calleeName, keyName } from "../../kit/nodes.ts";

/** The path of the archive: `tar.x({ file })`, `unzipper.Open.file(path)`. */
export function archiveOpened(node: t.Node, module: Module): t.Node | undefined {
  const name = calleeName(node) ?? "";
  const [given] = callArguments(node);
  if (/^unzipper\.Open\.file$/.test(name)) return given;
  if (
    !/^tar\.(?:x|extract|t|list)$/.test(name) ||
    !mentions(module, TAR) ||
    given?.type !== "ObjectExpression"
  )
    return undefined;
  const file = given.properties.find(
    (one) => one.type === "ObjectProperty" && /^(?:file|f)$/.test(keyName(one.key)),
  );
  return file?.type === "ObjectProperty" ? file.value : undefined;
}

const TAR = /["']tar["']/;
