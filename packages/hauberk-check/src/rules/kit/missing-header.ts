import type { HandlerFacts } from "../../model/handler-facts.ts";
import type { Part } from "../../model/parts.ts";
import { roleOf } from "../../model/roles.ts";
import type { Endpoint } from "../../model/view.ts";
import type { AppContext } from "../rule.ts";
import { headerSetters, stateOf, type HeaderSetter, type HeaderState } from "./headers.ts";

/** Applies to apps that answer requests and have some header middleware: without any, `headers/none` says it all. */
export function settersToJudge(context: AppContext): readonly HeaderSetter[] | undefined {
  const { view, program } = context;
  if (!answers(view)) return undefined;
  const setters = headerSetters(view, program);
  return setters.some((one) =>
    [...one.headers.keys()].some((name) =>
      /^(?:content-security-policy|x-frame-options|x-content-type-options|strict-transport-security|referrer-policy)$/.test(
        name,
      ),
    ),
  )
    ? setters
    : undefined;
}

export function answers(view: AppContext["view"]): boolean {
  return (
    view.endpoints.some((one) => !onlySendsOn(one)) ||
    view.app.layers.some((layer) => layer.kind === "v3-router") ||
    view.steps.some((step) => step.parts.some((part) => part.role === "static" || answersAll(part)))
  );
}

/** What the function of the project that answers was seen to do. */
const lastFacts = (parts: readonly Part[]): HandlerFacts | undefined =>
  parts.findLast((one) => one.facts !== undefined)?.facts;

const ANSWERS = /\.(?:send|sendFile|sendStatus|json|jsonp|render|end|write|writeHead|pipe|download)\s*\(/;

/** A redirect to HTTPS on port 80, or a proxy: the page comes from elsewhere, and so do its headers. */
function onlySendsOn({ parts }: Endpoint): boolean {
  const facts = lastFacts(parts);
  return (
    facts !== undefined &&
    !facts.callsNext &&
    /\.redirect\s*\(\s*(?:30\d\s*,\s*)?["'`]https:\/\/|\bproxy\w*\.web\s*\(/i.test(facts.source) &&
    !ANSWERS.test(facts.source)
  );
}

/** `app.get("/icon.png", (req, res, next) => { req.url = "/static/icon.png"; next(); })` answers nothing by itself. */
export function onlyPassesOn({ parts }: Endpoint): boolean {
  const facts = lastFacts(parts);
  return (
    facts !== undefined &&
    facts.callsNext &&
    !ANSWERS.test(facts.source) &&
    !/\.redirect\s*\(/.test(facts.source)
  );
}

/** Whether the app hands out data alone, as far as every one of its answering functions can be seen. */
export function handsOutDataOnly(view: AppContext["view"]): boolean {
  return (
    view.endpoints.length > 0 &&
    view.endpoints.every(({ parts }) => {
      const facts = lastFacts(parts);
      if (facts === undefined) return DATA.test(parts.at(-1)?.name ?? "");
      return /\.jsonp?\s*\(/.test(facts.source) && !PAGE.test(facts.source);
    }) &&
    !view.steps.some((step) => step.parts.some((part) => part.role === "static" || answersAll(part)))
  );
}

/** A method whose framework sends what it returns as JSON. */
const DATA = /^(?:@nestjs\/common|routing-controllers|tsoa|@trpc\/server)\.Controller$/;

const PAGE =
  /\.(?:send|sendFile|render|redirect|write|writeHead|pipe|download|format|type)\s*\(|\.end\s*\([^)]/;

/** The package that answers every path left: a framework for pages, with headers of its own configuration. */
export function answeredBy(view: AppContext["view"]): Part | undefined {
  const last = view.endpoints.filter((one) => one.paths.some((path) => path.kind === "all"));
  const routes = last.flatMap((one) => one.parts.slice(-2));
  const end = view.steps.findLast((step) => step.parts.every((part) => part.role !== "error-handler"));
  const mounted = (end?.parts ?? []).filter((part) => /handler/i.test(part.name));
  return [...routes, ...mounted].find(
    (part) =>
      part.role === "other" && part.fn === undefined && part.name !== "" && roleOf(part.name) === undefined,
  );
}

/** `app.use((req, res) => res.send(...))`: an app of one handler, without a route. */
function answersAll({ role, facts }: Part): boolean {
  if (facts === undefined || role === "error-handler" || facts.callsNext) return false;
  return /\.(?:send|json|render|sendFile|end)\s*\(/.test(facts.source);
}

/** Reports a header that is missing for certain; doubts are passed on as not checked. */
export function reportMissing(
  context: AppContext,
  header: string,
  message: string,
  state?: HeaderState,
): void {
  const setters = settersToJudge(context);
  if (setters === undefined) return;
  const seen = state ?? stateOf(setters, header);
  if (seen === "set") return;
  const [doubt] = context.doubts;
  if (seen === "maybe" || (seen === "missing" && doubt !== undefined)) {
    context.unchecked(`${header} may be set: ${doubt?.why ?? "only under a condition"}`, doubt?.site);
    return;
  }
  const owner = setters.find((one) => one.headers.has(header)) ?? setters[0];
  context.report({ at: owner?.part.site ?? context.view.app.site, message });
}
