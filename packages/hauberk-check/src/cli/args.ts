import { parseArgs } from "node:util";
import { selectRules, unknownRules } from "../select.ts";
import type { Severity } from "../rules/rule.ts";
import {
  FORMATS,
  formatOf,
  levelOf,
  listOf,
  refuseEmpty,
  secondsOf,
  UsageError,
  type Format,
} from "./values.ts";

export interface CliOptions {
  readonly command: "check" | "explain" | "rules" | "help" | "version";
  readonly target: string;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly severity: Severity;
  readonly failOn: Severity | "never";
  readonly format: Format;
  readonly output: string | undefined;
  readonly baseline: string | undefined;
  readonly updateBaseline: boolean;
  readonly app: string | undefined;
  readonly url: string | undefined;
  readonly start: string | undefined;
  readonly ownTarget: boolean;
  readonly allowWrites: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly includeTests: boolean;
  readonly fix: boolean;
  readonly routes: boolean;
  readonly source: boolean;
  readonly timeoutMs: number;
}

export const HELP: string = `hauberk-check [folder | url] [options]
hauberk-check explain <rule>

Finds what is insecure in an Express application (3, 4 or 5).

Lenses
  (always)              reads the source below the folder
  --app <module>        loads the app without letting it listen and reads its middleware stack
  --url <url>           asks the running app; loopback only, unless --i-own-this-target
  --start <command>     starts the app, asks it at --url or where it says that it listens, stops it
  --user <name>         test account for the session probes, with --password or HAUBERK_CHECK_PASSWORD
  --password <text>
  --allow-writes        also sends forms that may change something
  --i-own-this-target   lets --url name another machine than this one
  --no-source           leaves the source out

Rules
  --rules               lists all rules
  --only <ids>          runs these rules or groups (session,csrf/missing)
  --skip <ids>          leaves these out
  --severity <level>    shows findings from this level up (critical, high, medium, low, info; default info)
  --include-tests       also looks into test folders

Result
  --fail-on <level>     exit code 1 from this level up, or "never" (default low)
  --format <name>       ${FORMATS.join(", ")}
  --output <file>       writes the report to a file
  --baseline <file>     leaves out findings accepted earlier; fails on stale entries
  --update-baseline     writes the baseline file
  --routes              lists what every route passes, with the place of each mount
  --fix                 makes the safe edits, each proved by a second run
  --timeout <seconds>   for loading or starting the app (default 15), and for one answer (at most 5)

Exit codes: 0 clean, 1 findings, 2 usage, 3 could not analyse.
`;

export function parseCli(argv: readonly string[]): CliOptions {
  const { values, positionals } = read(argv);
  const [first, second] = positionals;
  const isUrl = first !== undefined && /^https?:\/\//.test(first);
  const command = commandOf(first, values);
  if (command === "explain" && second === undefined)
    throw new UsageError("explain needs a rule, for example: hauberk-check explain csrf/missing");
  if (command === "check" && positionals.length > 1)
    throw new UsageError(`one folder at a time: ${positionals.join(", ")}`);
  const only = listOf(values.only);
  const skip = listOf(values.skip);
  const wrong = unknownRules([...only, ...skip]);
  if (wrong.length > 0)
    throw new UsageError(`no such rule or group: ${wrong.join(", ")} (--rules lists them)`);
  // With no rule left nothing can be found, and "Nothing found" would be read as a pass.
  if (selectRules(only, skip).length === 0)
    throw new UsageError(`--only and --skip leave no rule: --skip ${skip.join(",")}`);
  const url = values.url ?? (isUrl ? first : undefined);
  const { app, start, user, password } = values;
  refuseEmpty({
    "--app": app,
    "--url": url,
    "--start": start,
    "--output": values.output,
    "--baseline": values.baseline,
  });
  const source = !(values["no-source"] ?? false);
  if (command === "check" && !source && (app ?? url ?? start) === undefined)
    throw new UsageError("--no-source leaves nothing to look at; it takes --app, --url or --start as well");
  return {
    command,
    target: command === "explain" ? (second ?? "") : isUrl || first === undefined ? "." : first,
    only,
    skip,
    severity: levelOf("--severity", values.severity ?? "info"),
    failOn: values["fail-on"] === "never" ? "never" : levelOf("--fail-on", values["fail-on"] ?? "low"),
    format: formatOf(values.format ?? "pretty"),
    output: values.output,
    baseline: values.baseline,
    updateBaseline: values["update-baseline"] ?? false,
    app,
    url,
    start,
    ownTarget: values["i-own-this-target"] ?? false,
    allowWrites: values["allow-writes"] ?? false,
    user,
    password,
    includeTests: values["include-tests"] ?? false,
    fix: values.fix ?? false,
    routes: values.routes ?? false,
    source,
    timeoutMs: secondsOf(values.timeout ?? "15") * 1000,
  };
}

type Values = ReturnType<typeof read>["values"];

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
        rules: { type: "boolean" },
        only: { type: "string", multiple: true },
        skip: { type: "string", multiple: true },
        severity: { type: "string" },
        "fail-on": { type: "string" },
        format: { type: "string", short: "f" },
        output: { type: "string", short: "o" },
        baseline: { type: "string" },
        "update-baseline": { type: "boolean" },
        app: { type: "string" },
        url: { type: "string" },
        start: { type: "string" },
        "i-own-this-target": { type: "boolean" },
        "allow-writes": { type: "boolean" },
        user: { type: "string" },
        password: { type: "string" },
        "include-tests": { type: "boolean" },
        "no-source": { type: "boolean" },
        fix: { type: "boolean" },
        routes: { type: "boolean" },
        timeout: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "the arguments cannot be read");
  }
}

function commandOf(first: string | undefined, values: Values): CliOptions["command"] {
  if (values.help === true) return "help";
  if (values.version === true) return "version";
  if (values.rules === true) return "rules";
  return first === "explain" ? "explain" : "check";
}
