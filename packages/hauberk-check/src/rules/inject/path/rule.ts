import { checkArgument, checkSink, type Sink } from "../../kit/sinks.ts";
import { callArguments, calleeName, keyName, sourceText } from "../../kit/nodes.ts";
import { entryWritten } from "./archive-entries.ts";
import { archiveOpened } from "./archives.ts";
import { checkPrefix } from "./prefix.ts";
import { isAskedRelatively } from "./relative.ts";
import { sentBySend } from "./sent.ts";
import { areNarrowGroups } from "./route-groups.ts";
import { alternatives } from "../../../model/alternatives.ts";
import { enclosingFunction, parentOf, type Node, type t } from "../../../parse/ast.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Problem, type Rule } from "../../rule.ts";

const FILE_SYSTEM = /["'](?:node:)?(?:fs|fs\/promises|fs-extra|graceful-fs|mz\/fs)["']/;

const SINKS: readonly Sink[] = [
  { callee: /^_?(?:res|response)\.(?:sendFile|sendfile|download|render)$/ },
  {
    // Only of the file system itself: a `monitor.readFile(name)` of the project may well look the name up.
    callee:
      /^(?:(?:\w*fs\w*|fileSystem)\.(?:promises\.)?)?(?:readFile|readFileSync|createReadStream|createWriteStream|writeFile|writeFileSync|appendFile|appendFileSync|unlink|unlinkSync|readdir|readdirSync|rm|rmSync)$/i,
    needs: FILE_SYSTEM,
  },
  { callee: /(?:^|\.)mkdir(?:Sync)?$/, needs: FILE_SYSTEM },
  {
    callee:
      /^(?:fs|fse|fsx|fs_?extra|jsonfile)\.(?:(?:read|write|output)(?:File|Json)?|remove|emptyDir|ensureFile)(?:Sync)?$/i,
    needs: /["'](?:fs-extra|jsonfile)["']/,
  },
];

export const rule: Rule = defineRule({
  id: "inject/path",
  title: "Request data is used as a file name",
  severity: "high",
  confidence: "medium",
  cwe: [22],
  asvs: ["5.3.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "`../../.env` leads out of the folder, to any file the process can read or write.",
  fix: "Use `res.sendFile(name, { root })`, or compare the resolved path with the folder; better, look the name up.",
  doc: '`res.sendFile("/srv/files/" + name)` answers 403 to `..` by itself, and so does one with a `root`. `path.join()` and `path.resolve()`, and `res.download()` of Express 4 and 5, take the dots away before anybody looks.',
  callees: [
    ...SINKS.map((one) => one.callee),
    /^[^.]+$|\.startsWith$|(?:^|\.)(?:writeFile|writeFileSync|createWriteStream|outputFile|outputFileSync)$/,
    /^unzipper\.Open\.file$|^tar\.(?:x|extract|t|list)$/,
  ],
  visit: {
    CallExpression(node, context) {
      const place = placeOfUpload(node);
      if (place !== undefined)
        checkArgument(node, place, context, ({ source, at, related }) => {
          context.report({ at, message: `${named(source)} says where an upload is stored.`, related });
        });
      const archive = archiveOpened(node, context.module);
      if (archive !== undefined)
        checkArgument(node, archive, context, ({ source, at, related }) => {
          context.report({ at, message: `${named(source)} says which archive is unpacked.`, related });
        });
      const entry = node.type === "CallExpression" ? entryWritten(node, context) : undefined;
      if (entry !== undefined)
        context.report({
          at: { module: context.module, node },
          message: `\`${sourceText(context.module, entry)}\`, which whoever made the archive wrote, is part of the path.`,
          fix: "Resolve the path and refuse what does not begin with the folder and a separator.",
        });
      checkPrefix(node, context);
      checkSink(node, context, SINKS, (reached) => {
        const { argument, handler, text, module, source, at, related } = reached;
        const call = sourceText(context.module, node);
        if (
          source === "headers" ||
          source === "cookies" ||
          /\broot\s*:/.test(call) ||
          /basename|normalize|sanitize/.test(sourceText(module, argument))
        )
          return;
        if (callArguments(node).some((one) => hasRoot(one, context))) return;
        if (source === "params" && areNarrowGroups(text, handler)) return;
        if (callArguments(node).some((one) => isAskedRelatively(one, node, handler, module))) return;
        const sent = sentBySend(node, reached, context.express);
        if (sent === "inside") return;
        const message = `${named(source)} is part of the path.`;
        context.report({ at, message, related, ...(sent ?? ofView(node)) });
      });
    },
  },
});

/** `destination: (req, file, done) => done(null, req.body.folder)` of multer, and its `filename`. */
function placeOfUpload(node: Node): t.Node | undefined {
  const name = calleeName(node);
  if (name === undefined || name.includes(".")) return undefined;
  const fn = enclosingFunction(node);
  const done = fn?.params[2];
  if (done?.type !== "Identifier" || done.name !== name) return undefined;
  const holder = fn?.type === "ObjectMethod" ? fn : fn === undefined ? undefined : parentOf(fn);
  const isOfStorage =
    (holder?.type === "ObjectProperty" || holder?.type === "ObjectMethod") &&
    /^(?:destination|filename)$/.test(keyName(holder.key));
  return isOfStorage ? callArguments(node)[1] : undefined;
}

/** A view is looked for with the engine's ending only, also outside the folder of views. */
const ofView = (node: t.Node): Pick<Problem, "severity" | "fix"> =>
  (calleeName(node) ?? "").endsWith("render")
    ? { severity: "medium", fix: "Look the name up in a list of the views that may be asked for." }
    : {};

/** `res.sendFile(name, { root })` refuses what leads out of the root, also when the options stand in a variable. */
function hasRoot(argument: t.Node, context: NodeContext): boolean {
  if (argument.type === "ObjectExpression") return /root/.test(sourceText(context.module, argument));
  if (argument.type !== "Identifier") return false;
  return alternatives(context.value(argument)).some((one) => one.k === "obj" && one.props.has("root"));
}
