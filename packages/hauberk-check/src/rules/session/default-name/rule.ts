import { option, optionSite } from "../../kit/options.ts";
import { isKnown } from "../../../model/values.ts";
import { SESSION } from "../../kit/names.ts";
import { readable } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/default-name",
  title: "The session cookie has its default name",
  severity: "info",
  confidence: "high",
  cwe: [200],
  asvs: ["13.4.6"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "`connect.sid` tells everyone what the app is built with, and apps on one host overwrite each other's session.",
  fix: 'Name it, best with the prefix: `name: "__Host-sid"`.',
  call: {
    names: SESSION,
    run(call, context) {
      if (!readable(call, context)) return;
      const isDefault = ["name", "key"].every(
        (key) => isKnown(option(call, key), undefined) || isKnown(option(call, key), "connect.sid"),
      );
      if (isDefault)
        context.report({ at: optionSite(call, "name"), message: "The cookie is called connect.sid." });
    },
  },
  live({ facts, report }) {
    const answer = facts.answers.find((one) => one.cookies.some((cookie) => cookie.name === "connect.sid"));
    if (answer !== undefined) report({ url: answer.url, message: "Set-Cookie for connect.sid." });
  },
});
