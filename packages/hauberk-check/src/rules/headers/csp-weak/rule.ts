import { headerSetters } from "../../kit/headers.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import type { Part } from "../../../model/parts.ts";
import type { Fn, Site, Value } from "../../../model/values.ts";
import { walk, type t } from "../../../parse/ast.ts";
import { literals } from "../../kit/options.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "headers/csp-weak",
  title: "The content security policy allows injected scripts",
  severity: "medium",
  confidence: "high",
  cwe: [79],
  asvs: ["3.4.3"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "'unsafe-inline', 'unsafe-eval', `*`, `data:` or `http:` for scripts lets through exactly what the policy is there to stop.",
  fix: "Allow scripts by nonce or by their own origin, and remove those words.",
  app({ view, program, report }) {
    for (const { part, headers } of headerSetters(view, program)) {
      const policy = headers.get("content-security-policy");
      if (policy === undefined) continue;
      for (const [directive, sources, site] of scriptSources(inProduction(policy))) {
        const bad = weakness(sources);
        if (bad !== undefined) report({ at: site ?? part.site, message: `${directive} allows ${bad}.` });
      }
    }
    for (const fn of new Set(view.endpoints.flatMap(({ parts }) => parts.flatMap(ownPolicy))))
      for (const [node, directive, bad] of weakTexts(fn))
        report({ at: { module: fn.module, node }, message: `${directive} allows ${bad}.` });
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    const policy = page?.headers.get("content-security-policy");
    if (page === undefined || policy === undefined) return;
    for (const [directive, sources] of parsePolicy(policy)) {
      const bad = weakness(sources);
      if (bad !== undefined) report({ url: page.url, message: `${directive} allows ${bad}.` });
    }
  },
});

/** A route that answers with a policy of its own. */
const ownPolicy = ({ fn, facts }: Part): readonly Fn[] =>
  fn !== undefined && facts?.headers.has("content-security-policy") === true ? [fn] : [];

/** `img-src 'self' ${picture}; script-src 'self' 'unsafe-eval'`: what is put in does not change the words beside it. */
function weakTexts(fn: Fn): readonly (readonly [node: t.Node, directive: string, bad: string])[] {
  const found: (readonly [t.Node, string, string])[] = [];
  walk(fn.node.body, (node) => {
    const text =
      node.type === "StringLiteral"
        ? node.value
        : node.type === "TemplateLiteral"
          ? node.quasis.map((one) => one.value.raw).join("?")
          : "";
    if (!/(?:script|default)-src\s/.test(text)) return;
    for (const [directive, sources] of parsePolicy(text)) {
      const bad = weakness(sources);
      if (bad !== undefined) found.push([node, directive, bad]);
    }
  });
  return found;
}

type Sources = readonly [directive: string, sources: readonly string[], site: Site | undefined];

function scriptSources(policy: Value): readonly Sources[] {
  if (policy.k === "prim" && typeof policy.v === "string")
    return parsePolicy(policy.v).map(([name, sources]) => [name, sources, policy.site]);
  const written = property(policy, "policy");
  if (written.k === "prim" && typeof written.v === "string") return scriptSources(written);
  const found = [policy, property(policy, "directives"), written].flatMap((holder): Sources[] => {
    if (holder.k !== "obj") return [];
    return ["scriptSrc", "script-src", "defaultSrc", "default-src"].flatMap((name): Sources[] => {
      const value = holder.props.get(name);
      return value === undefined
        ? []
        : [[name, literals(value).flatMap((one) => one.text.split(/\s+/)), holder.sites.get(name)]];
    });
  });
  const scripts = found.filter(([name]) => name.startsWith("script"));
  return scripts.length > 0 ? scripts : found;
}

function parsePolicy(text: string): readonly (readonly [string, readonly string[]])[] {
  const directives = text.split(";").map((part) => part.trim().split(/\s+/));
  const scripts = directives.filter(([name]) => name === "script-src");
  const used = scripts.length > 0 ? scripts : directives.filter(([name]) => name === "default-src");
  return used.map(([name = "", ...sources]) => [name, sources]);
}

function weakness(sources: readonly string[]): string | undefined {
  const strict = sources.some((one) => /^'(?:nonce-|sha\d|strict-dynamic)/.test(one));
  return sources.find(
    (one) =>
      one === "'unsafe-eval'" ||
      (!strict && (one === "'unsafe-inline'" || /^(?:\*|https?:|https?:\/\/\*|data:)$/.test(one))),
  );
}
