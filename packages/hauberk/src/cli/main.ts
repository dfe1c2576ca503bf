import { readFileSync } from "node:fs";
import { runCli } from "./run.ts";

const STDIN = 0;

const readInput = process.stdin.isTTY ? undefined : (): string => readFileSync(STDIN, "utf8");
const { exitCode, stdout, stderr } = runCli(process.argv.slice(2), readInput);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
