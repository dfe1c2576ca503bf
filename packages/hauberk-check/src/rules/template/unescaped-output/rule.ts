import { isPage, isTemplate } from "../../../files/kinds.ts";
import { isGivenOpenly } from "../../kit/renders.ts";
import { blocksIn, listAround, type Block } from "./blocks.ts";
import { isValidatorMessage } from "./validator-messages.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";

/** Bounded: a template of a megabyte full of opening braces would otherwise be read once for each of them. */
const UNESCAPED: readonly { readonly files: RegExp; readonly pattern: RegExp }[] = [
  {
    files: /\.(?:pug|jade)$/,
    pattern: /!\{([^}]{0,300})\}|^[ \t]*(?:[\w.#-]+(?:\([^)]{0,300}\))?)?!=[ \t]*(.+)$/gm,
  },
  { files: /\.ejs$/, pattern: /<%-([\s\S]{0,300}?)%>/g },
  { files: /\.(?:hbs|handlebars|mustache)$/, pattern: /\{\{\{([^}]{0,300})\}\}\}/g },
  // In a page for browsers such braces are theirs: it is never given anything by name, and so never reported.
  {
    files: /\.(?:njk|nunjucks|html\.twig|html)$/,
    pattern: /\{\{([^}|]{0,300}\|\s{0,9}(?:safe|raw)\b[^}]{0,300})\}\}/g,
  },
];

const BLOCKS = /\.(?:hbs|handlebars|mustache)$/;

const MAX_NAMED = 5;

/** Layout slots, includes, serialised data and values that announce themselves as markup. */
const EXPECTED =
  /include|^[~>]?\s*(?:body|content|yield|contents|partial|block)\b|render|csrf|stringify|json|serialize|html|markup|markdown|marked|sanitize|purify|escape|svg|icon|css|style|script|__\(|\bt\(|i18n|helper|import|asset|url|nonce|locals\.body|layout|messages?\(|defineContent|contentFor|paginat|block/i;

/** `app.js.ejs`, `mail.txt.hbs`: what comes out is no markup. */
const GENERATED = /\.(?:[cm]?[jt]sx?|json|css|txt|text|md|ya?ml|sh|conf|sql|csv)\.\w+$/;

export const rule: Rule = defineRule({
  id: "template/unescaped-output",
  title: "A template shows a value without escaping it",
  severity: "medium",
  confidence: "low",
  cwe: [79],
  asvs: ["1.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "If any user can set the value, they can put a script into everyone's page.",
  fix: "Use the escaping form (`#{}`, `<%= %>`, `{{ }}`), or clean the markup with a sanitizer before.",
  doc: "Said where the source gives the template a value that is neither fixed nor cleaned under that name; a value nobody was seen to give is *not checked*.",
  file(context) {
    if ((!isTemplate(context.path) && !isPage(context.path)) || GENERATED.test(context.path)) return;
    // A template without a single tag writes something else than a page: code, mail, configuration.
    if (!/\.(?:pug|jade)$/.test(context.path) && !/<[a-z!]/i.test(withoutCode(context.text))) return;
    let loops: ReadonlyMap<string, string> | undefined;
    let blocks: readonly Block[] | undefined;
    const unseen = new Set<string>();
    for (const { files, pattern } of UNESCAPED) {
      if (!files.test(context.path)) continue;
      for (const match of context.text.matchAll(pattern)) {
        const inner = (match[1] ?? match[2] ?? "").trim();
        if (EXPECTED.test(inner)) continue;
        loops ??= loopsIn(context.text);
        const paths = pathsIn(inner);
        if (BLOCKS.test(context.path)) blocks ??= blocksIn(context.text);
        const list = listAround(match.index, blocks ?? []);
        const roots = paths.map((path) => list ?? rootOf(path, loops ?? new Map()));
        const open = roots.map((root) => isGivenOpenly(context.program, context.path, root));
        for (const [i, root] of roots.entries()) if (open[i] === undefined) unseen.add(root);
        if (
          !open.some((is, i) => is === true && !isValidatorMessage(paths[i] ?? "", roots[i] ?? "", context))
        )
          continue;
        context.report({
          at: context.place(match.index, match.index + match[0].length),
          message: `\`${inner}\` is put in as markup.`,
        });
      }
    }
    reportUnseen(context, [...unseen]);
  },
});

/** The values an expression puts in: one path, or several joined by `+` with texts between. */
function pathsIn(inner: string): readonly string[] {
  const written = inner.split(/\|\s*(?:safe|raw)\b/)[0] ?? "";
  const parts = written.split("+").map((part) => part.trim());
  const names = parts.filter((part) => !/^["'`\d]/.test(part));
  return names.every((part) => /^[A-Za-z_$][\w$]*(?:[.[][\w$.\]'"]*)?$/.test(part)) ? names : [];
}

/** A page with a browser's templates inside has thousands of them: a few are named, the rest is counted. */
function reportUnseen({ path, unchecked }: FileContext, names: readonly string[]): void {
  for (const name of names.slice(0, MAX_NAMED)) unchecked(`nobody was seen to give \`${name}\` to ${path}`);
  const more = names.length - MAX_NAMED;
  if (more > 0) unchecked(`nobody was seen to give ${String(more)} more values to ${path}`);
}

/** Through `each user in users`, `users.forEach((user) =>` and `for (const user of users)`: the local a value comes from. */
function rootOf(inner: string, loops: ReadonlyMap<string, string>): string {
  const name = /^(?:this\.|locals\.)?([\w$]+)/.exec(inner)?.[1] ?? inner;
  return loops.get(name) ?? name;
}

const EACH =
  /\b(?:each|for)\s+(?=(?:\(?\s{0,9}(?:const|let|var)\s+)?([\w$]+)\b[\w\s,]{0,200}\s(?:in|of)\s+([\w$]+))/g;
const METHOD = /\.(?:forEach|map)\(\s{0,9}(?:function\s{0,9})?\(?\s{0,9}([\w$]+)/g;
/** How far before the method the list may begin. */
const LIST_LENGTH = 200;

/** The names loops give to elements, with the list each comes from. */
function loopsIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const note = (name: string | undefined, list: string | undefined): void => {
    if (name !== undefined && list !== undefined && !found.has(name)) found.set(name, list);
  };
  for (const match of text.matchAll(EACH)) note(match[1], match[2]);
  for (const match of text.matchAll(METHOD))
    note(match[1], listIn(text.slice(Math.max(0, match.index - LIST_LENGTH), match.index)));
  return found;
}

/** Of `<% page.users`, which `.forEach(` follows: `page`. Looked for backwards, as a page of a megabyte has a hundred thousand names and few loops. */
function listIn(before: string): string | undefined {
  let at = before.length;
  while (at > 0 && /[\w$.]/.test(before.charAt(at - 1))) at -= 1;
  return /^[\w$]+/.exec(before.slice(at))?.[0];
}

/** EJS without what stands between `<%` and `%>`. */
function withoutCode(text: string): string {
  const [first = "", ...rest] = text.split("<%");
  return first + rest.map((piece) => piece.slice(piece.indexOf("%>") + 2)).join("");
}
