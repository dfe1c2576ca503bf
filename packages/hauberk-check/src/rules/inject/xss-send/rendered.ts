import type { Program } from "../../../model/program.ts";
import type { Node, t } from "../../../parse/ast.ts";
import { calleeName, handlerAround, keyName, plainText, sourceText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { named } from "../../kit/request-data.ts";
import { checkArgument, writtenText } from "../../kit/sinks.ts";
import { templateText } from "../../kit/views.ts";
import type { NodeContext } from "../../rule.ts";
import { isHtml } from "./helpers.ts";
import { storedIn } from "./stored.ts";

const ESCAPES = /escape|sanitize|encode|purify/i;

/** `res.render("layout", { content: `<p>${req.query.name}</p>` })`, and the template shows `content` as markup. */
export function checkRendered(node: Node, context: NodeContext): void {
  if (node.type !== "CallExpression" || !/^_?(?:res|response)\.render$/.test(calleeName(node) ?? "")) return;
  const [view, locals] = node.arguments;
  const name = view === undefined ? undefined : plainText(view);
  const handler = handlerAround(node);
  if (name === undefined || locals?.type !== "ObjectExpression" || handler === undefined) return;
  const { module, program } = context;
  for (const one of locals.properties) {
    if (one.type !== "ObjectProperty" || plainText(one.value) !== undefined) continue;
    const text = writtenText(one.value, handler, module);
    if (!isHtml(text) || ESCAPES.test(text)) continue;
    if (!isShownAsMarkup(keyName(one.key), name, locals, program)) continue;
    const at = { module, node: one };
    let isTold = false;
    checkArgument(node, one.value, context, ({ source, related }) => {
      isTold = true;
      if (source !== "headers")
        context.report({
          at,
          message: `${named(source)} is part of markup that the template shows.`,
          related,
        });
    });
    const stored = isTold ? undefined : storedIn(one.value, handler, context);
    if (stored === undefined) continue;
    const what = sourceText(module, stored);
    context.report({
      at,
      message: `\`${what}\` was stored by somebody, and is part of markup that the template shows.`,
      severity: "medium",
    });
  }
}

/** By the template itself, or by one that it includes by a fixed name or by one of the values it is given. */
function isShownAsMarkup(key: string, view: string, locals: t.ObjectExpression, program: Program): boolean {
  const text = templateText(program, view);
  if (text === undefined || key === "") return false;
  const shows = new RegExp(
    String.raw`<%-\s{0,9}(?:locals\.)?${escapeForPattern(key)}\s{0,9}-?%>|!\{\s{0,9}${escapeForPattern(key)}\s{0,9}\}|!=\s{0,9}${escapeForPattern(key)}\s{0,9}$|\{\{\{\s{0,9}${escapeForPattern(key)}\s{0,9}\}\}\}|\{\{\s{0,9}${escapeForPattern(key)}\s{0,9}\|\s{0,9}(?:safe|raw)\b`,
    "m",
  );
  if (shows.test(text)) return true;
  return includedIn(text, locals).some((one) => {
    const inner = templateText(program, one);
    return inner !== undefined && shows.test(inner);
  });
}

const MAX_INCLUDED = 20;

function includedIn(text: string, locals: t.ObjectExpression): readonly string[] {
  const given = new Map(
    locals.properties.flatMap((one) => {
      const fixed = one.type === "ObjectProperty" ? plainText(one.value) : undefined;
      return one.type === "ObjectProperty" && fixed !== undefined ? [[keyName(one.key), fixed] as const] : [];
    }),
  );
  return [
    ...text.matchAll(
      /\binclude\s{0,9}\(?\s{0,9}(?:["'`]([\w./-]{1,100})["'`]|([\w$]{1,60}))|\{\{>\s{0,9}([\w./-]{1,100})/g,
    ),
  ]
    .slice(0, MAX_INCLUDED)
    .flatMap(([, quoted, name, partial]) => {
      const one = quoted ?? partial ?? given.get(name ?? "") ?? name;
      return one === undefined ? [] : [one];
    });
}
