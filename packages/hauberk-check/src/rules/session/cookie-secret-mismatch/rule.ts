import { inProduction, sameValue } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import { UNDEFINED, type Value } from "../../../model/values.ts";
import { allParts } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/cookie-secret-mismatch",
  title: "Cookie parser and session sign with different secrets",
  severity: "low",
  confidence: "high",
  cwe: [1188],
  asvs: [],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The parser rejects the session's signature, so the session is lost or taken from the wrong place, in ways that differ between versions.",
  fix: "Give both the same secret, or remove the cookie parser where nothing else needs it.",
  app({ view, report }) {
    const parts = allParts(view).map((one) => one.part);
    const session = parts.find((part) => part.role === "session");
    const parser = parts.find((part) => part.role === "cookie-parser");
    if (session === undefined || parser?.value.k !== "call") return;
    const one = inProduction(parser.value.args[0] ?? UNDEFINED);
    const other = session.options === undefined ? UNDEFINED : property(session.options, "secret");
    if (!isReadable(one) || !isReadable(other) || sameValue(one, other)) return;
    report({
      at: parser.site,
      message: "This secret is not the session's.",
      related: [{ at: session.site, message: "the session" }],
    });
  },
});

const isReadable = (value: Value): boolean =>
  value.k === "env" || (value.k === "prim" && typeof value.v === "string");
