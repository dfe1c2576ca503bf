import { escapeForPattern } from "../../kit/patterns.ts";
import { exactVersion, isBelow, lowestVersion, newestAllowed } from "../../kit/semver.ts";
import { ALL_EXPRESS, defineRule, SEVERITIES, type Rule } from "../../rule.ts";
import { ADVISORIES, type Advisory } from "./advisories.ts";

export const rule: Rule = defineRule({
  id: "deps/known-vulnerable",
  title: "An installed package has a published hole",
  severity: "high",
  confidence: "high",
  cwe: [1395],
  asvs: ["15.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The hole and often a working attack are public, and the package stands where requests pass.",
  fix: "Update the package to the fixed version or newer, and run npm audit for the rest of the tree.",
  file(context) {
    if (!context.path.endsWith("package.json")) return;
    const manifest = context.program.packages.manifests.find((one) => one.path === context.path);
    if (manifest === undefined) return;
    for (const [name, range] of manifest.dependencies) {
      const known = ADVISORIES.filter((one) => one.name === name);
      if (known.length === 0) continue;
      const installed = context.program.packages.installed(name, context.path);
      const exact = exactVersion(installed ?? range);
      const version = exact ?? (installed === undefined ? newestAllowed(range) : undefined);
      const mayBeOlder =
        exact === undefined && known.some((one) => isBelow(lowestVersion(range) ?? [0, 0, 0], one.below));
      if (version === undefined || (mayBeOlder && !known.some((one) => isBelow(version, one.below)))) {
        context.unchecked(
          `${name} ${range} in ${context.path}: no lock file or node_modules says which version is installed`,
        );
        continue;
      }
      const open = known.filter(
        (one) => isBelow(version, one.below) && (one.from === undefined || !isBelow(version, one.from)),
      );
      const worst = open.toSorted(bySeverity)[0];
      // A script may be called after the package it starts.
      const at = new RegExp(String.raw`"${name}"\s*:\s*"${escapeForPattern(range)}"`).exec(context.text);
      if (worst === undefined || at === null) continue;
      context.report({
        at: context.place(at.index, at.index + at[0].length),
        message: `${name} ${exactVersion(installed ?? range) === undefined ? range : version.join(".")}: ${worst.what} (${worst.id}).`,
        severity: worst.severity,
        fix: adviceFor(name, open),
      });
    }
  },
});

const bySeverity = (a: Advisory, b: Advisory): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);

/** The version that closes all of them. */
function adviceFor(name: string, open: readonly Advisory[]): string {
  const versions = open.map((one) => one.below);
  const fixed = versions.find((one) => versions.every((other) => !isBelow(numbers(one), other)));
  return fixed === undefined || fixed.startsWith("99")
    ? `Remove ${name}; there is no fixed version.`
    : `Update ${name} to ${fixed} or newer.`;
}

const numbers = (version: string): readonly [number, number, number] => lowestVersion(version) ?? [0, 0, 0];
