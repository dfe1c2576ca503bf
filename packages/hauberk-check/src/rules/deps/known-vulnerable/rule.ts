import { exactVersion, isBelow, lowestVersion, upperBound } from "../../kit/semver.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

interface Advisory {
  readonly name: string;
  readonly below: string;
  readonly from?: string;
  readonly id: string;
  readonly what: string;
}

/** Advisories about packages that stand in an Express app's request path. `below` is the first fixed version. */
const ADVISORIES: readonly Advisory[] = [
  { name: "express", below: "4.20.0", id: "CVE-2024-43796", what: "XSS through res.redirect()" },
  { name: "express", below: "4.19.2", id: "CVE-2024-29041", what: "open redirect by malformed URLs" },
  {
    name: "body-parser",
    below: "1.20.3",
    id: "CVE-2024-45590",
    what: "denial of service by urlencoded bodies",
  },
  {
    name: "path-to-regexp",
    below: "0.1.12",
    id: "CVE-2024-52798",
    what: "catastrophic backtracking in route patterns",
  },
  { name: "send", below: "0.19.0", id: "CVE-2024-43799", what: "template injection that leads to XSS" },
  {
    name: "serve-static",
    below: "1.16.0",
    id: "CVE-2024-43800",
    what: "template injection that leads to XSS",
  },
  { name: "cookie", below: "0.7.0", id: "CVE-2024-47764", what: "out-of-bounds characters in cookie names" },
  { name: "multer", below: "2.0.2", id: "CVE-2025-7338", what: "a malformed upload stops the process" },
  {
    name: "jsonwebtoken",
    below: "9.0.0",
    id: "CVE-2022-23540",
    what: "verification with the none algorithm",
  },
  {
    name: "express-jwt",
    below: "6.0.0",
    id: "CVE-2020-15084",
    what: "authorization bypass without an algorithms option",
  },
  { name: "express-fileupload", below: "1.1.10", id: "CVE-2020-7699", what: "prototype pollution" },
  { name: "ejs", below: "3.1.7", id: "CVE-2022-29078", what: "code execution through template options" },
  { name: "pug", below: "3.0.1", id: "CVE-2021-21353", what: "code execution through the pretty option" },
  {
    name: "handlebars",
    below: "4.7.7",
    id: "CVE-2021-23369",
    what: "code execution when compiling templates",
  },
  { name: "passport", below: "0.6.0", id: "CVE-2022-25896", what: "session fixation" },
  {
    name: "ws",
    below: "8.17.1",
    from: "8.0.0",
    id: "CVE-2024-37890",
    what: "denial of service by many headers",
  },
  { name: "node-serialize", below: "99.0.0", id: "CVE-2017-5941", what: "code execution by unserialize()" },
  { name: "lodash", below: "4.17.21", id: "CVE-2021-23337", what: "command injection through templates" },
  { name: "qs", below: "6.2.4", id: "CVE-2022-24999", what: "prototype poisoning that hangs the process" },
];

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
      const [worst] = known.filter(
        (one) => isBelow(version, one.below) && (one.from === undefined || !isBelow(version, one.from)),
      );
      const at = new RegExp(String.raw`"${name}"\s*:\s*"[^"]*"`).exec(context.text);
      if (worst === undefined || at === null) continue;
      context.report({
        at: context.place(at.index, at.index + at[0].length),
        message: `${name} ${exactVersion(installed ?? range) === undefined ? range : version.join(".")}: ${worst.what} (${worst.id}).`,
        fix: worst.below.startsWith("99")
          ? `Remove ${name}; there is no fixed version.`
          : `Update ${name} to ${worst.below} or newer.`,
      });
    }
  },
});

/** The newest version a range can give: when even that one is old, the range is certain. */
function newestAllowed(range: string): readonly [number, number, number] | undefined {
  const bound = upperBound(range);
  if (bound === undefined) return undefined;
  const [major, minor] = bound;
  return minor > 0 ? [major, minor - 1, NEWEST] : [major - 1, NEWEST, NEWEST];
}

const NEWEST = 99_999;
