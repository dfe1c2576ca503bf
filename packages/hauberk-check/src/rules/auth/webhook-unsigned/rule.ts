import { authenticatesSender, chainOf, UNSAFE_METHODS } from "../../../engine/protections.ts";
import { isConditional } from "../../../model/app.ts";
import type { Part } from "../../../model/parts.ts";
import { printPath } from "../../../model/path-patterns.ts";
import type { Program } from "../../../model/program.ts";
import { property } from "../../../model/properties.ts";
import { isKnown, UNDEFINED } from "../../../model/values.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { changeIn } from "../../csrf/state-change-on-get/writes.ts";
import { takenFromBody } from "../../kit/taken-apart.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { reachedFrom } from "../administration-open/reached.ts";
import { guardOf } from "../route-unguarded/guards.ts";

export const rule: Rule = defineRule({
  id: "auth/webhook-unsigned",
  title: "A webhook believes whoever calls it",
  severity: "high",
  confidence: "medium",
  cwe: [345, 347],
  asvs: ["4.1.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  wholeApp: true,
  why: "Its address is in documentation and logs: anybody posts the event of a payment, a delivery or a push that never was, and the app acts on it.",
  fix: "Check the sender's signature over the raw body before anything else (`stripe.webhooks.constructEvent(...)`, or an HMAC compared with `timingSafeEqual`), and answer 400 to all else.",
  app({ view, program, doubts, report, unchecked }) {
    const found = view.endpoints.filter((one) => isWebhook(one) && isBelieved(view, one, program));
    const [first] = found;
    if (first === undefined) return;
    if (doubts[0] !== undefined) {
      unchecked(
        `the signature may be checked elsewhere: ${doubts[0].why}`,
        doubts[0].site ?? first.layer.site,
      );
      return;
    }
    for (const route of found)
      report({
        at: route.layer.site,
        message: `${route.method.toUpperCase()} ${printPath(route.paths)} acts on whatever event is posted: nothing asks who sent it.`,
      });
  },
});

const PATH =
  /web-?_?hook|(?:^|\/)(?:hooks?|ipn)(?:\/|$)|(?:payment|paypal|stripe|billing)s?[-/](?:callback|notify|notifications?)\/?$/i;

const isWebhook = ({ method, paths, layer }: Endpoint): boolean =>
  UNSAFE_METHODS.has(method) &&
  !isConditional(layer.conditions) &&
  paths.every((one) => one.kind === "text") &&
  PATH.test(printPath(paths)) &&
  // What stands in the path may be the secret.
  !printPath(paths).includes(":");

function isBelieved(view: AppView, route: Endpoint, program: Program): boolean {
  const { fn, facts } = route.parts.at(-1) ?? {};
  const source = facts?.source ?? "";
  if (
    fn === undefined ||
    !/\bbody\b/.test(source) ||
    !(SENDER.test(printPath(route.paths)) || isEvent(source))
  )
    return false;
  const chain = chainOf(view, route);
  if (guardOf(view, route) !== "none" || authenticatesSender(route) || chain.some(mayAsk)) return false;
  const reached = reachedFrom(fn, program);
  return (
    (changeIn(reached) !== undefined || RUNS.test(reached)) && !ASKS.test(reached) && !HANDS_OVER.test(source)
  );
}

const SENDER =
  /stripe|pay-?pal|github|gitlab|bitbucket|slack|shopify|razorpay|paystack|flutterwave|square|braintree|twilio|sendgrid|mailgun|midtrans|coinbase|lemon-?squeezy|paddle|clerk|payment|billing|subscription/i;
/** What kind of thing has happened, by the word of whoever posts it; a list of webhooks to call has addresses. */
const isEvent = (source: string): boolean =>
  (EVENT.test(source) || takenFromBody(source).some((one) => KIND.test(one))) &&
  !/\burl\b|target_?url|endpoint/i.test(source);
const EVENT =
  /\b(?:body|event|payload)\??\.(?:type|event|event_?type|action|payment_?status)\b|payment_intent|checkout\.session/i;
const KIND = /\b(?:event|type|event_?type|payment_?status)\b/i;

/** A push that is deployed. */
const RUNS =
  /(?<![\w.])(?:exec(?:File|Sync|FileSync|uteCode)?|spawn(?:Sync)?|fork)\(|child_process|\bdeploy\w{0,20}\(/;

/** A signature, a secret or an address is looked at, or the sender is asked whether it is so. */
const ASKS =
  /signature|hmac|verif|constructEvent|secret|timingSafe|createHash|token|auth|api_?key|retrieve|payments\.get|\bip\b|valid|allow|axios|\bfetch\(|\bgot\(|\bhttps?\.(?:get|request)|headers(?!\??\.?\[?["']?(?:x-github-event|x-gitlab-event|content-type))|\.(?:get|header)\(["'](?!x-github-event|content-type)/i;

/** `if (!isFromSender(req))`, in a function nobody here has read. */
const HANDS_OVER = /[!(=&|?] ?(?:await )?[\w.]{1,60}\( ?req(?:uest)? ?[,)]/;

/** A middleware of the application's own, or a parser that is given a look at the raw body. */
const mayAsk = ({ facts, role, options }: Part): boolean =>
  role === "unknown" ||
  (facts !== undefined && (facts.refuses || ASKS.test(facts.source))) ||
  !isKnown(property(options ?? UNDEFINED, "verify"), undefined);
