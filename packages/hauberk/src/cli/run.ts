import { parseArgs } from "node:util";
import { ConfigError } from "../errors/config-error.ts";
import { newRing, rotateRing } from "../keys/ring.ts";

export const USAGE = `Usage: hauberk keys new
       hauberk keys rotate [--keep <count>] < ring

  new      prints a key ring with one random secret of 256 bits.
  rotate   reads a key ring from standard input and prints it with a new current key in front. The keys behind it
           still verify what they made: nobody is logged out. Arguments are seen by everybody on the machine, so a
           ring is never one.

  --keep <count>   how many keys the new ring has at most, 1 to 20 (2). With 1 all tokens made before are refused.
  --help           prints this.

Exit codes: 0 done, 1 the ring on standard input is none, 2 wrong usage.
`;

export interface CliResult {
  readonly exitCode: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The command `hauberk`, without the process around it.
 *
 * @param input reads standard input; undefined when a person would have to type it
 */
export function runCli(args: readonly string[], input: (() => string) | undefined): CliResult {
  const parsed = parse(args);
  if (parsed === undefined) return usage();
  if (parsed.help) return done(USAGE);
  if (parsed.command === "keys new") return done(`${newRing()}\n`);
  if (parsed.command !== "keys rotate" || input === undefined) return usage();
  try {
    return done(`${rotateRing(input(), parsed.keep)}\n`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { exitCode: 1, stdout: "", stderr: `${error.message}\n` };
  }
}

interface Parsed {
  readonly command: string;
  readonly help: boolean;
  readonly keep: number;
}

function parse(args: readonly string[]): Parsed | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { keep: { type: "string", default: "2" }, help: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const command = positionals.join(" ");
    // A count that is misread could drop the key that everybody's open forms were made with.
    if (!/^(?:[1-9]|1[0-9]|20)$/.test(values.keep)) return undefined;
    if (command === "keys new" && args.some((each) => each.startsWith("--keep"))) return undefined;
    return { command, help: values.help, keep: Number(values.keep) };
  } catch {
    return undefined;
  }
}

function done(stdout: string): CliResult {
  return { exitCode: 0, stdout, stderr: "" };
}

function usage(): CliResult {
  return { exitCode: 2, stdout: "", stderr: USAGE };
}
