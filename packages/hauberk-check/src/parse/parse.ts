import { parse, type ParserOptions } from "@babel/parser";
import type { t } from "./ast.ts";

export type Parsed =
  | { readonly ok: true; readonly ast: t.File }
  | { readonly ok: false; readonly reason: string; readonly line: number | undefined };

type Plugins = NonNullable<ParserOptions["plugins"]>;

const DECORATORS = "decorators-legacy";
const TYPESCRIPT: Plugins = ["typescript", DECORATORS];
const FLOW: Plugins = ["jsx", "flow", DECORATORS];
const FLOW_PRAGMA = /@flow\b/;

/** The only file that knows the parser: another one can take its place behind this function. */
export function parseSource(file: string, text: string): Parsed {
  let failure: Parsed = { ok: false, reason: "no parser for this extension", line: undefined };
  for (const plugins of readingsOf(file, text)) {
    const result = attempt(file, text, plugins);
    if (result.ok) return result;
    failure = result;
  }
  return failure;
}

function attempt(file: string, text: string, plugins: Plugins): Parsed {
  try {
    const ast = parse(text, {
      sourceFilename: file,
      sourceType: "unambiguous",
      strictMode: false,
      errorRecovery: true,
      attachComment: false,
      locations: false,
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      allowUndeclaredExports: true,
      allowSuperOutsideMethod: true,
      plugins,
    });
    return { ok: true, ast };
  } catch (error) {
    return { ok: false, ...describe(error) };
  }
}

function describe(error: unknown): { reason: string; line: number | undefined } {
  if (!(error instanceof Error)) return { reason: "syntax error", line: undefined };
  if (error instanceof RangeError) return { reason: "it is nested too deep", line: undefined };
  const { loc } = error as { loc?: { line?: number } };
  return { reason: error.message.replace(/ ?\(\d{1,9}:\d{1,9}\)$/, ""), line: loc?.line };
}

/** The dialects a file may be written in; the first reading that holds is taken. */
function readingsOf(file: string, text: string): readonly Plugins[] {
  if (/\.[cm]?ts$/.test(file)) return [TYPESCRIPT];
  if (file.endsWith(".tsx")) return [["typescript", "jsx", DECORATORS]];
  // Elements end in "</" or "/>": a file with neither has none, and reading without them is faster.
  const plain: Plugins = text.includes("</") || text.includes("/>") ? ["jsx", DECORATORS] : [DECORATORS];
  // A .js file may be plain, JSX, Flow or (rarely) TypeScript. Only Flow's pragma gives `f<a>(b)` another meaning.
  return FLOW_PRAGMA.test(text) ? [FLOW, TYPESCRIPT] : [plain, FLOW, TYPESCRIPT];
}
