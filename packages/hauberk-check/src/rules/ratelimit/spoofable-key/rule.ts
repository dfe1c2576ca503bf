import type { Part } from "../../../model/parts.ts";
import { property } from "../../../model/properties.ts";
import { isKnown, type Fn } from "../../../model/values.ts";
import { allParts, type AppView } from "../../../model/view.ts";
import { ancestors, walk, type t } from "../../../parse/ast.ts";
import { option, optionSite } from "../../kit/options.ts";
import { firstPart } from "../../kit/csrf.ts";
import { sourceText } from "../../kit/nodes.ts";
import { trustsEveryone } from "../../kit/trust-proxy.ts";
import { isCountedBy } from "./in-handler.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type Rule } from "../../rule.ts";

const WRITTEN_BY_CLIENT = /^(?:x-forwarded-for|x-real-ip|x-client-ip)$/i;

export const rule: Rule = defineRule({
  id: "ratelimit/spoofable-key",
  title: "A client can give itself a new rate limit",
  severity: "high",
  confidence: "high",
  cwe: [348],
  asvs: ["15.3.4"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "The address the limit counts by comes from a header the client writes, so every request can be a new client.",
  fix: "Count by req.ip, and set `trust proxy` to the exact number of proxies in front.",
  call: {
    names: [
      "express-rate-limit",
      "express-rate-limit.rateLimit",
      "express-slow-down",
      "express-slow-down.slowDown",
    ],
    run(call, context) {
      const skip = option(call, "skip");
      if (skip.k === "fn" && isSwitch(sourceText(skip.module, skip.node)))
        context.report({ at: optionSite(call, "skip"), ...SWITCHED_OFF });
      const key = option(call, "keyGenerator");
      if (key.k !== "fn") return;
      const text = sourceText(key.module, key.node);
      if (/x-forwarded-for|x-real-ip|x-client-ip/i.test(text) || NAMES_ITSELF.test(text))
        context.report({
          at: optionSite(call, "keyGenerator"),
          message: "The key is a header the client writes.",
        });
    },
  },
  app(context) {
    const { view, report } = context;
    reportOwnLimits(context);
    const setting = view.settings.find((one) => one.name === "trust proxy" && trustsEveryone(one.value));
    const limit = firstPart(view, (part) => part.role === "rate-limit" && countsByAddress(part));
    if (setting !== undefined && limit !== undefined)
      report({
        at: setting.site,
        message: "With `trust proxy` true, req.ip is the left-most address, which the client writes.",
        related: [{ at: limit.part.site, message: "the limit that counts by it" }],
      });
  },
  live({ facts: { guessing }, report }) {
    if (guessing?.isReset === true)
      report({
        url: guessing.url,
        message: `Stopped after ${String(guessing.attempts)} requests, and answered again with another X-Forwarded-For.`,
      });
  },
});

/** One with a key of its own does not look at req.ip. */
const countsByAddress = (part: Part): boolean =>
  part.options === undefined || isKnown(property(part.options, "keyGenerator"), undefined);

/** `${req.ip} ${req.get("user-agent")}`: also beside the address each new name is a new limit. */
const NAMES_ITSELF =
  /(?:\.(?:get|header)\(|\bheaders(?:\.|\[))["']?(?:user-agent|x-(?:client|device|session|request|correlation|visitor)-id|x-fingerprint)\b/i;

const SWITCHED_OFF = {
  message: "A header that the client writes switches the limit off.",
  fix: "Let nobody past the limit by a header: give those who need more a limit of their own, by their signed token or key.",
} as const;

const NAMED_SWITCH = /x-\w{0,20}-?(?:bypass|skip|internal|unlimited|no-?limit|debug|test|load-?test)\b/i;

/** `skip: (req) => req.headers["x-internal"] === "1"`; a header that is compared with a secret is a key. */
function isSwitch(text: string): boolean {
  return (
    /\bheaders(?:\.|\[["'])|\.(?:get|header)\(["']/.test(text) &&
    /\bx-[a-z]/i.test(text) &&
    !/process\.env|secret|token|key|signature|verify|timingSafe|authorization|\bip\b|forwarded|config|settings/i.test(
      text,
    )
  );
}

/** `const client = req.headers["x-forwarded-for"] || req.ip; if (count(client) > 100) return res.sendStatus(429)` */
function reportOwnLimits({ view, report }: AppContext): void {
  const own = allParts(view).flatMap(({ part: { role, fn } }) =>
    role === "rate-limit" && fn !== undefined ? [fn] : [],
  );
  for (const fn of new Set(own)) {
    const text = sourceText(fn.module, fn.node);
    if (NAMED_SWITCH.test(text) && isSwitch(text))
      report({ at: { module: fn.module, node: fn.node }, ...SWITCHED_OFF });
    const node = headerRead(fn);
    if (node !== undefined)
      report({ at: { module: fn.module, node }, message: "The key is a header the client writes." });
  }
  for (const fn of new Set(view.endpoints.flatMap(handlersThatCount))) {
    const node = own.includes(fn) ? undefined : headerRead(fn);
    const holder = node && ancestors(node).find((up) => up.type === "VariableDeclarator");
    if (
      holder?.type === "VariableDeclarator" &&
      holder.id.type === "Identifier" &&
      isCountedBy(holder.id.name, fn)
    )
      report({ at: { module: fn.module, node: holder }, message: "The key is a header the client writes." });
  }
}

/** A sign-in that counts by itself answers 429 to who came too often. */
const handlersThatCount = ({ parts }: AppView["endpoints"][number]): readonly Fn[] =>
  parts.flatMap(({ fn, facts }) =>
    fn !== undefined && facts !== undefined && /\b429\b/.test(facts.source) && IN_HEADER.test(facts.source)
      ? [fn]
      : [],
  );

const IN_HEADER = /x-(?:forwarded-for|real-ip|client-ip)/i;

/** `req.headers["x-forwarded-for"].split(",").at(-1)` is what the nearest proxy wrote. */
const RIGHTMOST = /\.pop\(\)|\.at\(\s?-|\.length\s?-/;

function headerRead({ module, node: { body } }: Fn): t.Node | undefined {
  if (RIGHTMOST.test(sourceText(module, body))) return undefined;
  let found: t.Node | undefined;
  walk(body, (node) => {
    if (node.type === "StringLiteral" && WRITTEN_BY_CLIENT.test(node.value)) found ??= node;
  });
  return found;
}
