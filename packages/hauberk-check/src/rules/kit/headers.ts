import { alternatives, inProduction } from "../../model/alternatives.ts";
import { ANY_HEADER } from "../../model/handler-headers.ts";
import type { Part } from "../../model/parts.ts";
import type { Program } from "../../model/program.ts";
import { property } from "../../model/properties.ts";
import { isKnown, UNDEFINED, unknown, type Value } from "../../model/values.ts";
import type { AppView, Endpoint, Step } from "../../model/view.ts";
import { lowestVersion } from "./semver.ts";

export interface HeaderSetter {
  readonly part: Part;
  readonly step: Step;
  /** Header names in lower case; a value that is `false` was switched off by name. */
  readonly headers: ReadonlyMap<string, Value>;
}

const ON: Value = { k: "prim", v: true };
const OFF: Value = { k: "prim", v: false };

/** Helmet's parts: option names old and new, header, and the first major version in which it is on by default. */
const HELMET_PARTS: readonly {
  readonly names: readonly string[];
  readonly header: string;
  readonly since: number;
}[] = [
  { names: ["contentSecurityPolicy", "csp"], header: "content-security-policy", since: 4 },
  { names: ["frameguard", "xFrameOptions", "xframe"], header: "x-frame-options", since: 0 },
  {
    names: ["noSniff", "xContentTypeOptions", "contentTypeOptions", "nosniff"],
    header: "x-content-type-options",
    since: 0,
  },
  { names: ["hsts", "strictTransportSecurity"], header: "strict-transport-security", since: 0 },
  { names: ["hidePoweredBy", "xPoweredBy"], header: "-x-powered-by", since: 0 },
  { names: ["referrerPolicy"], header: "referrer-policy", since: 4 },
  { names: ["crossOriginOpenerPolicy"], header: "cross-origin-opener-policy", since: 5 },
  { names: ["crossOriginResourcePolicy"], header: "cross-origin-resource-policy", since: 5 },
  { names: ["originAgentCluster"], header: "origin-agent-cluster", since: 5 },
  { names: ["xssFilter", "xXssProtection", "iexss"], header: "x-xss-protection", since: 0 },
  { names: ["cacheControl", "noCache", "nocache"], header: "cache-control", since: 99 },
  {
    names: ["permittedCrossDomainPolicies", "xPermittedCrossDomainPolicies"],
    header: "x-permitted-cross-domain-policies",
    since: 4,
  },
  { names: ["expectCt"], header: "expect-ct", since: 99 },
  { names: ["hpkp", "publicKeyPins"], header: "public-key-pins", since: 99 },
  { names: ["featurePolicy"], header: "feature-policy", since: 99 },
  { names: ["permissionsPolicy"], header: "permissions-policy", since: 99 },
];

const PACKAGES: Readonly<Record<string, string>> = {
  "helmet-csp": "content-security-policy",
  "content-security-policy": "content-security-policy",
  nocache: "cache-control",
  hsts: "strict-transport-security",
  frameguard: "x-frame-options",
  "dont-sniff-mimetype": "x-content-type-options",
  "x-xss-protection": "x-xss-protection",
  "referrer-policy": "referrer-policy",
  "hide-powered-by": "-x-powered-by",
  "permissions-policy": "permissions-policy",
  "feature-policy": "feature-policy",
  "expect-ct": "expect-ct",
};
const LUSCA: Readonly<Record<string, string>> = {
  csp: "content-security-policy",
  xframe: "x-frame-options",
  hsts: "strict-transport-security",
  xssProtection: "x-xss-protection",
  nosniff: "x-content-type-options",
  referrerPolicy: "referrer-policy",
};
const ALL_HAUBERK = [
  "content-security-policy",
  "x-frame-options",
  "x-content-type-options",
  "strict-transport-security",
  "referrer-policy",
  "-x-powered-by",
  "cross-origin-opener-policy",
  "cache-control",
  "permissions-policy",
];

const SETTERS = new WeakMap<AppView, readonly HeaderSetter[]>();

/** Everything in the app that sets response headers for requests in general, in order. */
export function headerSetters(view: AppView, program: Program): readonly HeaderSetter[] {
  const setters = SETTERS.get(view) ?? settersIn(view, program);
  SETTERS.set(view, setters);
  return setters;
}

function settersIn(view: AppView, program: Program): readonly HeaderSetter[] {
  const steps = [...view.steps, ...view.endpoints.flatMap(handingOn)].toSorted((a, b) => a.at - b.at);
  return steps.flatMap((step) =>
    step.parts.flatMap((part): HeaderSetter[] => {
      const headers = headersOf(part, program);
      return headers.size === 0 ? [] : [{ part, step, headers }];
    }),
  );
}

/** `app.all("*", (req, res, next) => { res.set(...); next(); })` is a middleware, and one with `get` is one for pages. */
function handingOn({ at, layer, method, paths, parts }: Endpoint): readonly Step[] {
  const handing = parts.filter((part) => part.facts?.callsNext === true);
  return handing.length > 0 && paths.some((path) => path.kind === "all")
    ? [{ at, layer, paths, parts: handing, conditional: method !== "all" }]
    : [];
}

function headersOf(part: Part, program: Program): ReadonlyMap<string, Value> {
  if (part.facts !== undefined) {
    const own = new Map(part.facts.headers);
    if (part.facts.removesPoweredBy) own.set("-x-powered-by", ON);
    return own;
  }
  if (part.role === "hauberk") return new Map(ALL_HAUBERK.map((name) => [name, ON]));
  if (part.name === "helmet") return helmetHeaders(part, helmetMajor(part, program));
  const [pkg = "", name = ""] = part.name.split(".");
  if (pkg === "helmet") return single(HELMET_PARTS.find((one) => one.names.includes(name))?.header, part);
  if (part.name === "lusca") return luscaHeaders(part);
  if (pkg === "lusca") return single(LUSCA[name], part);
  if (pkg.startsWith("hauberk")) return new Map(ALL_HAUBERK.map((header) => [header, ON]));
  return single(PACKAGES[pkg], part);
}

function single(header: string | undefined, part: Part): ReadonlyMap<string, Value> {
  if (header === undefined) return new Map();
  // `helmet.csp` given without a call still is a middleware in old versions.
  return new Map([[header, part.options ?? ON]]);
}

export function helmetMajor(part: Part, program: Program): number {
  const from = part.site.module.path;
  const text = program.packages.versionOf("helmet", from);
  return text === undefined ? 8 : (lowestVersion(text)?.[0] ?? 8);
}

function helmetHeaders(part: Part, major: number): ReadonlyMap<string, Value> {
  const options = inProduction(part.options ?? UNDEFINED);
  const found = new Map<string, Value>();
  for (const one of HELMET_PARTS) {
    const written = one.names
      .map((name) => property(options, name))
      .find((value) => !isKnown(value, undefined));
    const isOn = major >= one.since;
    if (written === undefined) {
      if (isOn) found.set(one.header, ON);
    } else if (isKnown(written, false)) found.set(one.header, OFF);
    else if (written.k === "unknown" && isOn)
      found.set(one.header, options.k === "obj" && options.open ? unknown("options") : written);
    else found.set(one.header, written);
  }
  return found;
}

function luscaHeaders(part: Part): ReadonlyMap<string, Value> {
  const options = inProduction(part.options ?? UNDEFINED);
  const found = new Map<string, Value>();
  for (const [name, header] of Object.entries(LUSCA)) {
    const value = property(options, name);
    if (!isKnown(value, undefined) && !isKnown(value, false)) found.set(header, value);
  }
  return found;
}

export type HeaderState = "set" | "missing" | "off" | "maybe";

/** Whether a header is there on the app's answers in general. */
export function stateOf(setters: readonly HeaderSetter[], header: string): HeaderState {
  let state: HeaderState = "missing";
  for (const { headers, part, step } of setters) {
    const value = headers.get(header) ?? headers.get(ANY_HEADER);
    if (value === undefined) continue;
    const general = step.paths.some((path) => path.kind === "all") && !part.conditional && !step.conditional;
    const seen = alternatives(inProduction(value)).every((one) => isKnown(one, false))
      ? "off"
      : value.k === "unknown" || !general
        ? "maybe"
        : "set";
    if (seen === "set") return "set";
    if (seen === "maybe") state = "maybe";
    else if (state === "missing") state = "off";
  }
  return state;
}

/** `ALLOW-FROM` and `ALLOWALL` are values that browsers do not know, and with one they do not know they allow everyone. */
const allowsOneSite = (setters: readonly HeaderSetter[]): boolean =>
  setters.some(({ headers }) => {
    const value = headers.get("x-frame-options");
    if (value === undefined) return false;
    return [value, property(value, "action")].some(
      (one) =>
        one.k === "prim" && typeof one.v === "string" && /^allow-?(?:from|all)|^\*$/i.test(one.v.trim()),
    );
  });

/** `frame-ancestors` in the policy does the work of X-Frame-Options. */
export function framesCovered(setters: readonly HeaderSetter[]): HeaderState {
  const own = allowsOneSite(setters) ? "off" : stateOf(setters, "x-frame-options");
  if (own === "set" || own === "maybe") return own;
  const policies = setters.flatMap((one) =>
    [one.headers.get("content-security-policy")].filter((value) => value !== undefined),
  );
  for (const policy of policies) {
    if (isKnown(policy, true)) return "set";
    if (policy.k === "prim" && typeof policy.v === "string") {
      if (policy.v.includes("frame-ancestors")) return "set";
      continue;
    }
    if (isKnown(policy, false)) continue;
    const directives = property(policy, "directives");
    if (directives.k !== "obj") {
      if (policy.k === "obj" && isKnown(directives, undefined)) return "set";
      return "maybe";
    }
    if (directives.props.has("frameAncestors") || directives.props.has("frame-ancestors")) return "set";
    // helmet adds its defaults, frame-ancestors among them, unless told not to.
    if (!isKnown(property(policy, "useDefaults"), false)) return "set";
  }
  return own;
}
