import { escapeForPattern } from "../../kit/patterns.ts";
import { exactVersion } from "../../kit/semver.ts";
import { ALL_EXPRESS, defineRule, SEVERITIES, type Rule } from "../../rule.ts";
import { advisoriesOf, type Advisory } from "./advisories.ts";
import { closedIn, isCertain, isPossible, spanOf, type Span } from "./range.ts";

export const rule: Rule = defineRule({
  id: "deps/known-vulnerable",
  title: "An installed package has a published hole",
  severity: "high",
  confidence: "high",
  cwe: [1395],
  asvs: ["15.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The hole and often a working attack are public, and the package is a part of the running application.",
  fix: "Update the package to the fixed version or newer, and run npm audit for the rest of the tree.",
  file(context) {
    if (!context.path.endsWith("package.json")) return;
    const manifest = context.program.packages.manifests.find((one) => one.path === context.path);
    if (manifest === undefined) return;
    const unknown: string[] = [];
    for (const [name, range] of manifest.dependencies) {
      const known = isAlias(range) ? [] : advisoriesOf(name);
      if (known.length === 0) continue;
      const installed = context.program.packages.installed(name, context.path);
      const span = spanOf(installed ?? range);
      const open = span === undefined ? [] : known.filter((one) => isCertain(one.parts, span));
      if (span === undefined || open.length === 0) {
        if (span === undefined || known.some((one) => isPossible(one.parts, span)))
          unknown.push(`${name} ${range}`);
        continue;
      }
      // A script may be called after the package it starts.
      const at = new RegExp(String.raw`"${escapeForPattern(name)}"\s*:\s*"${escapeForPattern(range)}"`).exec(
        context.text,
      );
      if (at === null) continue;
      const worst = open.toSorted(bySeverity);
      context.report({
        at: context.place(at.index, at.index + at[0].length),
        message: `${name} ${exactVersion(installed ?? range)?.join(".") ?? range}: ${sentence(worst)}`,
        ...(worst[0] && { severity: worst[0].severity }),
        fix: adviceFor(name, known, open, span),
      });
    }
    if (unknown.length > 0)
      context.unchecked(
        `${unknown.join(", ")} in ${context.path}: no lock file or node_modules says which version is installed`,
      );
  },
});

/** `npm:another@1`: the name is not the package's. */
const isAlias = (range: string): boolean => range.startsWith("npm:");

const bySeverity = (a: Advisory, b: Advisory): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);

/** The worst in words, the others by name. */
function sentence([worst, ...others]: readonly Advisory[]): string {
  const also = others.length === 0 ? "" : `; also ${others.map((one) => one.id).join(", ")}`;
  return worst === undefined ? "" : `${worst.what} (${worst.id}${also}).`;
}

/** The smallest version that closes all of them and opens none. */
function adviceFor(name: string, known: readonly Advisory[], open: readonly Advisory[], span: Span): string {
  const start = span.newest ?? span.lowest;
  const closed = open.some(isNeverClosed)
    ? undefined
    : closedIn(
        known.map((one) => one.parts),
        start,
      );
  return closed === undefined
    ? `Remove ${name}; there is no fixed version.`
    : `Update ${name} to ${closed.join(".")} or newer.`;
}

const isNeverClosed = (one: Advisory): boolean => one.parts.at(-1)?.fixed === undefined;
