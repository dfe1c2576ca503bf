import { parse, type ParserOptions } from "@babel/parser";
import type { t } from "./ast.ts";

export interface Comment {
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
}

export type Parsed =
  | { readonly ok: true; readonly ast: t.File; readonly comments: readonly Comment[] }
  | { readonly ok: false; readonly reason: string; readonly line: number | undefined };

type Plugins = NonNullable<ParserOptions["plugins"]>;

const DECORATORS = "decorators-legacy";
const PLUGINS: Readonly<Record<string, readonly Plugins[]>> = {
  ts: [["typescript", DECORATORS]],
  tsx: [["typescript", "jsx", DECORATORS]],
  // A .js file may be plain, JSX, Flow or (rarely) TypeScript; the first reading that holds is taken.
  js: [
    ["jsx", "flow", DECORATORS],
    ["typescript", DECORATORS],
  ],
};

/** The only file that knows the parser: another one can take its place behind this function. */
export function parseSource(file: string, text: string): Parsed {
  let failure: Parsed = { ok: false, reason: "no parser for this extension", line: undefined };
  for (const plugins of PLUGINS[dialect(file)] ?? []) {
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
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      allowUndeclaredExports: true,
      allowSuperOutsideMethod: true,
      plugins,
    });
    return { ok: true, ast, comments: (ast.comments ?? []).map(toComment) };
  } catch (error) {
    return { ok: false, ...describe(error) };
  }
}

function toComment(comment: t.Comment): Comment {
  const line = comment.loc?.start.line ?? 0;
  return { text: comment.value, line, endLine: comment.loc?.end.line ?? line };
}

function describe(error: unknown): { reason: string; line: number | undefined } {
  if (!(error instanceof Error)) return { reason: "syntax error", line: undefined };
  const { loc } = error as { loc?: { line?: number } };
  return { reason: error.message.replace(/\s*\(\d+:\d+\)\s*$/, ""), line: loc?.line };
}

function dialect(file: string): string {
  if (/\.[cm]?ts$/.test(file)) return "ts";
  if (file.endsWith(".tsx")) return "tsx";
  return "js";
}
