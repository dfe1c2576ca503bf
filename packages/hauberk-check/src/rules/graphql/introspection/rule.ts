import { isKnown, unknown } from "../../../model/values.ts";
import { option, optionsOf, optionSite } from "../../kit/options.ts";
import { sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Context, type PackageCall, type Rule } from "../../rule.ts";

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
    run(written, context) {
      const call = perRequest(written, context);
      const shown = ["introspection", "graphiql", "playground"].filter((name) =>
        isKnown(option(call, name), true),
      );
      if (shown.length === 0 && isAlwaysReadable(call))
        context.report({ at: call.site, message: "No `validationRules` keep the schema from being read." });
      for (const name of shown) {
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

/** `graphqlHTTP((req) => ({ schema, graphiql: true }))`: the options are made for each request. */
function perRequest(call: PackageCall, { program: { machine } }: Context): PackageCall {
  const given = optionsOf(call);
  return given.k === "fn" ? { ...call, args: [machine.call(given, [unknown("a request")])] } : call;
}

/** These have no switch of their own: only a validation rule keeps the schema. */
const isAlwaysReadable = (call: PackageCall): boolean =>
  /^(?:graphql-http|express-graphql)/.test(call.name) &&
  optionsOf(call).k === "obj" &&
  isKnown(option(call, "validationRules"), undefined);

/** `plugins: [introspectionForAdmins()]`: the schema is kept by a plug-in or a validation rule instead. */
function hasGuard(call: PackageCall): boolean {
  return ["plugins", "validationRules"].some((name) => {
    const site = optionSite(call, name);
    return site !== call.site && /introspect/i.test(sourceText(site.module, site.node));
  });
}
