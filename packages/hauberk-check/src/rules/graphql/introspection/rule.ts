import { isKnown } from "../../../model/values.ts";
import { option, optionSite } from "../../kit/options.ts";
import { sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type PackageCall, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "graphql/introspection",
  title: "The whole GraphQL schema is public",
  severity: "low",
  confidence: "high",
  cwe: [200],
  asvs: ["4.3.2"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "Introspection and GraphiQL list every query and mutation, the internal ones included.",
  fix: 'Switch them on only in development: `introspection: process.env.NODE_ENV !== "production"`.',
  call: {
    names: [
      "@apollo/server.ApolloServer",
      "apollo-server-express.ApolloServer",
      "apollo-server.ApolloServer",
      "express-graphql.graphqlHTTP",
      "express-graphql",
      "graphql-http/lib/use/express.createHandler",
      "graphql-http.lib.use.express.createHandler",
    ],
    run(call, context) {
      if (call.name.startsWith("graphql-http") && isKnown(option(call, "validationRules"), undefined))
        context.report({ at: call.site, message: "No `validationRules` keep the schema from being read." });
      for (const name of ["introspection", "graphiql", "playground"]) {
        if (!isKnown(option(call, name), true)) continue;
        if (name === "introspection" && hasGuard(call)) {
          context.unchecked("a plug-in decides who may read the schema", call.site);
          continue;
        }
        context.report({ at: optionSite(call, name), message: `\`${name}\` is on in production.` });
      }
    },
  },
  live({ facts: { graphql }, report }) {
    for (const { url } of graphql?.schema ?? [])
      report({ url, message: "A stranger who asks for the schema gets it." });
    for (const { url } of graphql?.consoles ?? [])
      report({ url, message: "A page to write queries in is open to everyone." });
  },
});

/** `plugins: [introspectionForAdmins()]`: the schema is kept by a plug-in or a validation rule instead. */
function hasGuard(call: PackageCall): boolean {
  return ["plugins", "validationRules"].some((name) => {
    const site = optionSite(call, name);
    return site !== call.site && /introspect/i.test(sourceText(site.module, site.node));
  });
}
