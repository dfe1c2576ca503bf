import { parseArgs } from "node:util";
import { isVariantName, VARIANT_NAMES, type VariantName } from "./variants/variant.ts";

/** How much to measure. */
export interface BenchOptions {
  readonly rounds: number;
  readonly requests: number;
  readonly connections: number;
  readonly variants: readonly VariantName[];
  readonly write: boolean;
}

export const HELP = `npm run bench -- [options]

Measures requests per second and CPU time per request of the server process, for bare Express, Hauberk and
the stack composed by hand. Writes bench/RESULTS.md and bench/results.json.

  --rounds <n>        rounds, each with every variant once, in a new order  (default 7)
  --requests <n>      requests per variant, kind and round                  (default 20000)
  --connections <n>   keep-alive connections, each with its own session     (default 16)
  --variants <a,b>    some of: ${VARIANT_NAMES.join(", ")}
  --no-write          print the tables only
  --help              this text
`;

/** Reads the command line; undefined when help was asked for. */
export function parseBenchOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      rounds: { type: "string", default: "7" },
      requests: { type: "string", default: "20000" },
      connections: { type: "string", default: "16" },
      variants: { type: "string", default: VARIANT_NAMES.join(",") },
      write: { type: "boolean", default: true },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: positiveInteger("rounds", values.rounds),
    requests: positiveInteger("requests", values.requests),
    connections: positiveInteger("connections", values.connections),
    variants: variantNames(values.variants),
    write: values.write,
  };
}

function positiveInteger(name: string, text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value > 0)) {
    throw new Error(`--${name} takes a whole number from 1, got "${text}"`);
  }
  return value;
}

function variantNames(text: string): readonly VariantName[] {
  return text.split(",").map((name) => {
    if (!isVariantName(name)) throw new Error(`--variants: "${name}" is none of ${VARIANT_NAMES.join(", ")}`);
    return name;
  });
}
