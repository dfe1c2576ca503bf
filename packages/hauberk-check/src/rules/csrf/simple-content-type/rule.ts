import { UNSAFE_METHODS } from "../../../engine/protections.ts";
import { inProduction } from "../../../model/alternatives.ts";
import type { Part } from "../../../model/parts.ts";
import { property } from "../../../model/properties.ts";
import { isKnown, UNDEFINED } from "../../../model/values.ts";
import type { Endpoint } from "../../../model/view.ts";
import { literals, option, optionSite } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { sourceText } from "../../kit/nodes.ts";

const KEEPS =
  /express-session|cookie-session|cookie-parser|client-sessions|headers\.cookie\b|express\.(?:session|cookieParser|cookieSession)|req(?:uest)?\??\.(?:session|cookies|signedCookies)\b/;

const LOOSE = /^(?:\*\/\*|text\/\*|text\/plain|text|\*|application\/x-www-form-urlencoded)$/;

export const rule: Rule = defineRule({
  id: "csrf/simple-content-type",
  title: "JSON is accepted under a type any site may send",
  severity: "medium",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.2"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "A form on another site can send text/plain without asking the browser's CORS check, and its body may well be JSON.",
  fix: "Leave `type` out: only application/json is parsed then.",
  call: {
    names: [
      "express.json",
      "body-parser.json",
      "@apollo/server.ApolloServer",
      "apollo-server-express.ApolloServer",
    ],
    run(call, context) {
      // Nothing goes along with a forged request where nothing is kept in cookies.
      if (context.program.mention(KEEPS) === undefined) return;
      if (call.name.endsWith(".ApolloServer")) {
        if (isKnown(inProduction(option(call, "csrfPrevention")), false))
          context.report({
            at: optionSite(call, "csrfPrevention"),
            message: "`csrfPrevention` is off: GraphQL is run for types any site may send.",
            fix: "Leave `csrfPrevention` on, as it is in Apollo Server 4 and later.",
            severity: "low",
          });
        return;
      }
      const type = option(call, "type");
      const loose = literals(type).find((one) => LOOSE.test(one.text));
      const always =
        type.k === "fn" && /=>\s*true\s*$|return true;?\s*\}$/.test(sourceText(type.module, type.node));
      if (loose !== undefined || always)
        context.report({
          at: optionSite(call, "type"),
          message: `JSON is parsed for ${loose === undefined ? "every type" : loose.text}.`,
        });
    },
  },
  app(context) {
    if (context.program.mention(KEEPS) === undefined) return;
    const told = new Set<unknown>();
    for (const endpoint of context.view.endpoints) {
      const text = UNSAFE_METHODS.has(endpoint.method) ? parsedAsText(endpoint) : undefined;
      if (text === undefined || told.has(text.site.node)) continue;
      told.add(text.site.node);
      context.report({ at: text.site, message: "The text is parsed as JSON, and every site may send text." });
    }
  },
});

/** `app.post("/users", express.text(), (req, res) => save(JSON.parse(req.body)))` */
function parsedAsText({ parts }: Endpoint): Part | undefined {
  const text = parts.find((part) => /^(?:express|body-parser)\.text$/.test(part.name) && isLoose(part));
  const parses = parts.some(
    ({ facts }) =>
      /JSON\.parse\(/.test(facts?.source ?? "") &&
      !/["'`]content-type["'`]|\.is\(/i.test(facts?.source ?? ""),
  );
  return parses ? text : undefined;
}

/** Without a `type`, it is text/plain. */
function isLoose({ options }: Part): boolean {
  const type = property(inProduction(options ?? UNDEFINED), "type");
  return isKnown(type, undefined) || literals(type).some((one) => LOOSE.test(one.text));
}
