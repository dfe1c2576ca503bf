import { before } from "../../../model/view.ts";
import { isTokenCsrf } from "../../kit/csrf.ts";
import type { Program } from "../../../model/program.ts";
import { isTemplate } from "../../../files/kinds.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "csrf/multipart-order",
  title: "The CSRF check runs before the upload form is parsed",
  severity: "medium",
  confidence: "medium",
  cwe: [352],
  asvs: ["3.5.1"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "The token in a multipart form is not there yet when the check looks, so uploads fail and the route ends up exempt.",
  fix: "Send the token in a header, or decide by Sec-Fetch-Site and Origin, which need no body.",
  app({ view, program, report }) {
    const uploads = view.endpoints.filter((one) => one.parts.some((part) => part.role === "multipart"));
    if (uploads.length === 0 || isSentOtherwise(program)) return;
    for (const endpoint of uploads) {
      const csrf = before(view, endpoint)
        .flatMap((step) => step.parts)
        .find((part) => isTokenCsrf(part) && !part.conditional);
      if (csrf !== undefined)
        report({
          at: endpoint.layer.site,
          message: "The form is parsed here, after the token was looked for.",
          related: [{ at: csrf.site, message: "the check" }],
        });
    }
  },
});

/** Whether the token comes with the address or in a header, which are there before the form is parsed. */
function isSentOtherwise(program: Program): boolean {
  return (
    program.mention(/['"](?:x-|)(?:csrf|xsrf)-token['"]/i) !== undefined ||
    program.files.list.some((path) => isTemplate(path) && /[?&]_csrf=/.test(program.files.read(path) ?? ""))
  );
}
