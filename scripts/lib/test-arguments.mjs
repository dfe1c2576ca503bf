// @ts-check
import { parseArgs } from "node:util";
import { Failure } from "./failure.mjs";
import { STEPS } from "./steps.mjs";

export const HELP = `npm test -- [options]

  --only a,b   run these steps and the ones they need
  --skip a,b   leave these steps out
  --list       print the steps
  --help       print this

Steps, in order:
${STEPS.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join("\n")}`;

/**
 * @param {readonly string[]} args
 * @returns {{ show: "help" | "list" | undefined, only: readonly string[], skip: readonly string[] }}
 * @throws {Failure} `TEST_ARGUMENTS_INVALID`
 */
export function parseTestArguments(args) {
  const { values } = readArguments(args);
  const only = names(values.only);
  const skip = names(values.skip);
  const unknown = [...only, ...skip].find((name) => !STEPS.some((step) => step.name === name));
  if (unknown !== undefined) throw invalid(`there is no step named "${unknown}".`);
  return { show: values.help ? "help" : values.list ? "list" : undefined, only, skip };
}

/** @param {readonly string[]} args */
function readArguments(args) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true },
        skip: { type: "string", multiple: true },
        list: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "unreadable arguments.");
  }
}

/**
 * @param {readonly string[] | undefined} values
 * @returns {string[]}
 */
function names(values = []) {
  return values.flatMap((value) => value.split(",")).filter((name) => name !== "");
}

/**
 * @param {string} what
 * @returns {Failure}
 */
function invalid(what) {
  return new Failure("TEST_ARGUMENTS_INVALID", {
    what: `npm test: ${what}`,
    why: "a misspelt step would be a step that silently did not run.",
    fix: `use one of ${STEPS.map((step) => step.name).join(", ")}; see npm test -- --help`,
    exitCode: 2,
  });
}
