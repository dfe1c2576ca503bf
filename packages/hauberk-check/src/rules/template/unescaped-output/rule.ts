import { isTemplate } from "../../../files/kinds.ts";
import { isGivenOpenly } from "../../kit/renders.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const UNESCAPED: readonly { readonly files: RegExp; readonly pattern: RegExp }[] = [
  { files: /\.(?:pug|jade)$/, pattern: /!\{([^}]*)\}|^[ \t]*(?:[\w.#-]+(?:\([^)]*\))?)?!=[ \t]*(.+)$/gm },
  { files: /\.ejs$/, pattern: /<%-([\s\S]*?)%>/g },
  { files: /\.(?:hbs|handlebars|mustache)$/, pattern: /\{\{\{([^}]*)\}\}\}/g },
  { files: /\.(?:njk|nunjucks|html\.twig)$/, pattern: /\{\{([^}]*\|\s*safe[^}]*)\}\}/g },
];

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
    if (!isTemplate(context.path) || GENERATED.test(context.path)) return;
    // A template without a single tag writes something else than a page: code, mail, configuration.
    if (!/\.(?:pug|jade)$/.test(context.path) && !/<[a-z!]/i.test(context.text.replace(/<%[\s\S]*?%>/g, "")))
      return;
    for (const { files, pattern } of UNESCAPED) {
      if (!files.test(context.path)) continue;
      for (const match of context.text.matchAll(pattern)) {
        const inner = (match[1] ?? match[2] ?? "").trim();
        if (
          EXPECTED.test(inner) ||
          /^["'\d]/.test(inner) ||
          !/^[\w$]+(?:[.[][\w$.\]'"]*)?$/.test(inner.replace(/\|\s*safe.*$/, "").trim())
        )
          continue;
        const root = rootOf(inner, context.text);
        const open = isGivenOpenly(context.program, context.path, root);
        if (open === undefined) context.unchecked(`nobody was seen to give \`${root}\` to ${context.path}`);
        if (open !== true) continue;
        context.report({
          at: context.place(match.index, match.index + match[0].length),
          message: `\`${inner}\` is put in as markup.`,
        });
      }
    }
  },
});

/** The local a value comes from: through `each user in users`, `users.forEach((user) =>` and `for (const user of users)`. */
function rootOf(inner: string, text: string): string {
  const name = /^(?:this\.|locals\.)?([\w$]+)/.exec(inner)?.[1] ?? inner;
  const loop = new RegExp(
    String.raw`(?:each|for)\s+(?:\(?\s*(?:const|let|var)\s+)?${name}\b[\w\s,]*\s(?:in|of)\s+([\w$]+)|([\w$]+)(?:\.[\w$]+)*\.(?:forEach|map)\(\s*(?:function\s*)?\(?\s*${name}\b`,
  ).exec(text);
  return loop?.[1] ?? loop?.[2] ?? name;
}
