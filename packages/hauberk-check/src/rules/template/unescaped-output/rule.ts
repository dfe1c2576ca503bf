import { isTemplate } from "../../../files/kinds.ts";
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
  file(context) {
    if (!isTemplate(context.path)) return;
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
        context.report({
          at: context.place(match.index, match.index + match[0].length),
          message: `\`${inner}\` is put in as markup.`,
        });
      }
    }
  },
});
