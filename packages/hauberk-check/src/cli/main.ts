import { checkWith, type CheckOptions } from "../check.ts";
import { discover, MissingFolder } from "../files/discover.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import { fixAll } from "../fix/fix.ts";
import { below } from "../report/below.ts";
import { github } from "../report/github.ts";
import { hasApp, lensFailed, type Report } from "../report/finding.ts";
import { html } from "../report/html.ts";
import { json } from "../report/json.ts";
import { pretty } from "../report/pretty.ts";
import { listRoutes } from "../report/routes.ts";
import { sarif } from "../report/sarif.ts";
import { visible } from "../report/visible.ts";
import { nearestRule } from "../rules/nearest.ts";
import { SEVERITIES } from "../rules/rule.ts";
import { BadBaseline, compareBaseline, readBaseline, writeBaseline } from "../suppress/baseline.ts";
import { startHelper, type Helper } from "../threads/helper.ts";
import { HELP, parseCli, type CliOptions } from "./args.ts";
import { explain, listRules } from "./explain.ts";
import { keepOldGenerationSmall, letYoungGenerationGrow } from "./generations.ts";
import { readGiven, writeGiven } from "./given-files.ts";
import { UsageError } from "./values.ts";

const EXIT = { clean: 0, findings: 1, usage: 2, notAnalysed: 3 } as const;

export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTty: boolean;
  /** Of the terminal; `undefined` where the report goes to a file or a pipe. */
  readonly columns?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** An application was checked, whatever was found. */
  readonly onChecked?: () => void;
}

/** Runs the command line and returns its exit code. */
export async function main(argv: readonly string[], given: Io): Promise<number> {
  const io: Io = {
    ...given,
    err: (text) => {
      given.err(visible(text));
    },
  };
  try {
    const options = parseCli(argv);
    switch (options.command) {
      case "help":
        io.out(HELP);
        return EXIT.clean;
      case "version":
        io.out(`${io.version}\n`);
        return EXIT.clean;
      case "rules":
        io.out(listRules());
        return EXIT.clean;
      case "explain":
        return await runExplain(options.target, io);
      case "check": {
        const code = await runCheck(options, io);
        io.onChecked?.();
        return code;
      }
    }
  } catch (error) {
    if (error instanceof UsageError || error instanceof BadBaseline) {
      io.err(`hauberk-check: ${error.message}\n`);
      return EXIT.usage;
    }
    if (error instanceof MissingFolder) {
      io.err(`hauberk-check: ${error.message}\n`);
      return EXIT.notAnalysed;
    }
    io.err(
      `hauberk-check stopped on a fault of its own: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT.notAnalysed;
  }
}

async function runExplain(id: string, io: Io): Promise<number> {
  const page = await explain(id);
  if (page !== undefined) {
    io.out(page);
    return EXIT.clean;
  }
  const near = nearestRule(id);
  io.err(`hauberk-check: there is no rule ${id}${near === undefined ? "" : `; did you mean ${near}?`}\n`);
  return EXIT.usage;
}

async function runCheck(options: CliOptions, io: Io): Promise<number> {
  refuseHalfAnAccount(options, io);
  let helper: Helper | undefined;
  const files = discover(options.target, undefined, (root, list) => {
    helper = startHelper(root, list);
    if (helper === undefined) return undefined;
    keepOldGenerationSmall();
    return letYoungGenerationGrow(helper.ahead);
  });
  const settings = settingsOf(options, files, io);
  const first = await checkWith(settings, helper);
  const full = options.fix ? await fixAll(first, settings, files, io.err) : first;
  if (options.updateBaseline) return updateBaseline(options, full, io);
  const compared = compareTo(options.baseline, full);
  const report = atLeast(compared.report, options);
  const text = render(options, report, files, io);
  if (options.routes && options.format === "pretty") io.out(`${listRoutes(report)}\n`);
  if (options.output === undefined) io.out(text);
  else writeGiven("--output", options.output, text);
  for (const one of compared.stale) {
    io.err(
      `hauberk-check: stale baseline entry, the finding is gone: ${one.rule} in ${one.file} (run with --update-baseline)\n`,
    );
  }
  return exitCode(report, options, compared.stale.length);
}

function settingsOf(options: CliOptions, files: ProjectFiles, io: Io): CheckOptions {
  return {
    files,
    only: options.only,
    skip: options.skip,
    includeTests: options.includeTests,
    source: options.source,
    appTimeoutMs: options.timeoutMs,
    ...(options.app === undefined ? {} : { app: options.app }),
    ...(options.url === undefined && options.start === undefined ? {} : { live: liveOf(options, files, io) }),
    onProgress: progress(io),
  };
}

function liveOf(options: CliOptions, files: ProjectFiles, io: Io): NonNullable<CheckOptions["live"]> {
  const password = passwordOf(options, io);
  return {
    ownTarget: options.ownTarget,
    allowWrites: options.allowWrites,
    timeoutMs: options.timeoutMs,
    folder: files.root,
    ...(options.url === undefined ? {} : { url: options.url }),
    ...(options.start === undefined ? {} : { start: options.start }),
    ...(options.user === undefined || password === undefined
      ? {}
      : { credentials: { user: options.user, password } }),
  };
}

/** A password on the command line is seen by everyone who lists processes. */
const passwordOf = (options: CliOptions, io: Io): string | undefined =>
  options.password ?? io.env["HAUBERK_CHECK_PASSWORD"];

/** Half an account would leave the session probes out without a word. */
function refuseHalfAnAccount(options: CliOptions, io: Io): void {
  const isHalf =
    options.user === undefined ? options.password !== undefined : passwordOf(options, io) === undefined;
  if (isHalf) throw new UsageError("a test account takes --user, and --password or HAUBERK_CHECK_PASSWORD");
}

/** Says what is going on, once a second has passed without an answer. */
function progress(io: Io): (message: string) => void {
  const started = Date.now();
  return (message) => {
    if (Date.now() - started > 1_000) io.err(`hauberk-check: ${message}\n`);
  };
}

function updateBaseline(options: CliOptions, report: Report, io: Io): number {
  if (options.baseline === undefined) throw new UsageError("--update-baseline needs --baseline <file>");
  writeGiven("--baseline", options.baseline, writeBaseline(report.findings));
  io.err(`hauberk-check: ${String(report.findings.length)} findings accepted in ${options.baseline}\n`);
  return hasApp(report) ? EXIT.clean : EXIT.notAnalysed;
}

function compareTo(
  path: string | undefined,
  report: Report,
): { report: Report; stale: ReturnType<typeof compareBaseline>["stale"] } {
  if (path === undefined) return { report, stale: [] };
  const compared = compareBaseline(report.findings, readBaseline(readGiven("--baseline", path)));
  return {
    report: { ...report, findings: compared.fresh, baselined: compared.known },
    stale: compared.stale,
  };
}

function atLeast(report: Report, options: CliOptions): Report {
  const limit = SEVERITIES.indexOf(options.severity);
  return { ...report, findings: report.findings.filter((one) => SEVERITIES.indexOf(one.severity) <= limit) };
}

function render(options: CliOptions, report: Report, files: ProjectFiles, io: Io): string {
  switch (options.format) {
    case "json":
      return json(report);
    case "sarif":
      return sarif(below(report, process.cwd()), io.version);
    case "github":
      return github(below(report, process.cwd()));
    case "html":
      return html(report, files);
    case "pretty":
      return pretty(
        report,
        files,
        useColour(options, io),
        options.output === undefined ? io.columns : undefined,
      );
  }
}

function useColour(options: CliOptions, io: Io): boolean {
  if ((io.env["NO_COLOR"] ?? "") !== "" || options.output !== undefined) return false;
  return io.isTty || (io.env["FORCE_COLOR"] ?? "0") !== "0";
}

function exitCode(report: Report, options: CliOptions, stale: number): number {
  if (report.apps.length === 0 || lensFailed(report)) return EXIT.notAnalysed;
  if (stale > 0) return EXIT.findings;
  const limit = options.failOn === "never" ? -1 : SEVERITIES.indexOf(options.failOn);
  if (report.findings.some((one) => SEVERITIES.indexOf(one.severity) <= limit)) return EXIT.findings;
  // Routers in which nothing was found say nothing about what mounts them.
  return hasApp(report) ? EXIT.clean : EXIT.notAnalysed;
}
