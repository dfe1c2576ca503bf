import { firstPart, isTokenCsrf, type PlacedPart } from "../../kit/csrf.ts";
import { chainOf, UNSAFE_METHODS } from "../../../engine/protections.ts";
import { isOlder } from "../../kit/semver.ts";
import { isTemplate } from "../../../files/kinds.ts";
import { postForms } from "../../kit/templates.ts";
import { ALL_EXPRESS, defineRule, type AppContext, type FileContext, type Rule } from "../../rule.ts";
import { asksToken, targetOf } from "./targets.ts";
import type { Program } from "../../../model/program.ts";
import type { AppView } from "../../../model/view.ts";
import { viewsOf } from "../../../engine/views.ts";

const HANDS_OUT =
  /csrfToken|csrf_token|session\._csrf|generateToken|generateCsrfToken|csrftoken|locals\._csrf/i;

export const rule: Rule = defineRule({
  id: "csrf/token-not-exposed",
  title: "The CSRF token does not reach the forms",
  severity: "medium",
  confidence: "high",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  wholeApp: true,
  why: "Every form fails, and the usual repair is to take the protection away.",
  fix: 'After the protection, put the token where templates see it (`res.locals.csrftoken = req.csrfToken()`; in Express before 3.5 `req.session._csrf`), and add `<input type="hidden" name="_csrf" value=...>` to every form that posts.',
  app(context) {
    const { view, program, report } = context;
    const csrf = firstPart(view, isTokenCsrf);
    if (csrf === undefined) return;
    const early = view.steps.find(
      (step) =>
        step.at < csrf.at &&
        step.parts.some(
          (part) =>
            part.fn !== undefined &&
            part.role !== "error-handler" &&
            !part.conditional &&
            handsOut(part.facts?.source ?? ""),
        ),
    );
    if (early !== undefined) {
      report({
        at: early.layer.site,
        message: "The token is handed to the templates before the protection has made one.",
        related: [{ at: csrf.part.site, message: "the protection" }],
      });
      return;
    }
    const stale = staleToken(context);
    if (stale !== undefined) {
      report({
        at: stale.part.site,
        message: "req.session._csrf is not set by this version: the templates get undefined.",
        fix: "Hand out `req.csrfToken()` instead.",
        related: [{ at: csrf.part.site, message: "the protection" }],
      });
      return;
    }
    const renders = program.mention(/\.render\s*\(/) !== undefined;
    const isLusca = csrf.part.name.startsWith("lusca");
    if (!renders || isLusca || program.mention(HANDS_OUT) !== undefined || !isPassed(view)) return;
    report({ at: csrf.part.site, message: "Nothing passes the token to the templates." });
  },
  file(context) {
    if (isTemplate(context.path) && usesTokens(context)) checkForms(context);
  },
});

/** Behind all the routes it asks nobody for a token (csrf/after-routes says so), and no form fails. */
function isPassed(view: AppView): boolean {
  const changes = view.endpoints.filter(({ method }) => UNSAFE_METHODS.has(method));
  return (
    changes.length === 0 || changes.some((one) => [...chainOf(view, one), ...one.parts].some(isTokenCsrf))
  );
}

/** csurf keeps a secret where connect 2.13 and older kept the token; verified with Express 3.21.2 and csurf 1.11. */
function staleToken({ view, program }: AppContext): PlacedPart | undefined {
  const csrf = firstPart(view, (part) => /^(?:csurf|express\.csrf|connect\.csrf)$/.test(part.name));
  if (csrf === undefined) return undefined;
  const from = csrf.part.site.module.path;
  const isOld =
    csrf.part.name !== "csurf" && isOlder(program.packages.versionOf("express", from), "3.21.0") !== false;
  return isOld || program.mention(/csrfToken\s*\(/) !== undefined
    ? undefined
    : firstPart(view, (part) => part.role === "locals" && /session\._csrf\b/.test(part.facts?.source ?? ""));
}

const handsOut = (text: string): boolean => HANDS_OUT.test(text);

function usesTokens({ program }: FileContext): boolean {
  return tokenViews(program).length > 0;
}

const tokenViews = (program: Program): readonly AppView[] =>
  viewsOf(program).filter((view) => !view.partial && firstPart(view, isTokenCsrf) !== undefined);

function checkForms(context: FileContext): void {
  for (const form of postForms(context.path, context.text)) {
    if (/csrf|xsrf/i.test(form.text) || /include|mixin|partial|\{\{>|^[ \t]*\+/m.test(form.text)) continue;
    const target = targetOf(form.text.slice(0, form.head));
    if (!tokenViews(context.program).some((view) => asksToken(view, target))) continue;
    context.report({
      at: context.place(form.start, form.start + form.head),
      message: "This form posts without a token.",
    });
  }
}
