import { inProduction } from "./alternatives.ts";
import { runnable } from "./builtin-patterns.ts";
import type { Value } from "./values.ts";

/** A mount or route path, as far as it is known. */
export type PathPattern =
  | { readonly kind: "all" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string }
  | { readonly kind: "unknown" };

/** The paths a layer answers, below the paths it is mounted under. */
export function pathsOf(
  value: Value | undefined,
  prefix: readonly PathPattern[],
  exact: boolean = false,
): readonly PathPattern[] {
  const all = value === undefined ? [{ kind: "all" } as const] : read(inProduction(value));
  // A route for "/" answers that path only; a mount at "/" sees everything.
  const isRoot = exact && value?.k === "prim" && (value.v === "/" || value.v === "");
  const own: readonly PathPattern[] = isRoot ? [{ kind: "text", text: "/" }] : all;
  return prefix.flatMap((one) => own.map((two) => joinPaths(one, two)));
}

/** `*` and `/*` of Express 4 match every path, and so do `/*path` and `/{*path}` of Express 5. */
function read(value: Value): readonly PathPattern[] {
  if (value.k === "prim" && typeof value.v === "string") {
    return [/^\/?(?:\*\w*|\{\*\w+\})?$/.test(value.v) ? { kind: "all" } : { kind: "text", text: value.v }];
  }
  if (value.k === "regex") return [{ kind: "regex", source: value.source, flags: value.flags }];
  if (value.k === "arr" && !value.open) return value.items.flatMap(read);
  if (value.k === "either") return value.values.flatMap(read);
  if (value.k === "fallback") return [...read(value.left), ...read(value.right)];
  return [{ kind: "unknown" }];
}

function joinPaths(one: PathPattern, two: PathPattern): PathPattern {
  if (one.kind === "all") return two;
  if (two.kind === "all") return one;
  if (one.kind === "text" && two.kind === "text")
    return { kind: "text", text: `${one.text.replace(/\/$/, "")}/${two.text.replace(/^\//, "")}` };
  return { kind: "unknown" };
}

/** Whether a request for `target` passes something mounted at `mount`; `undefined` when it cannot be told. */
export function covers(mount: readonly PathPattern[], target: readonly PathPattern[]): boolean | undefined {
  const answers = target.map((one) => mount.map((two) => coversOne(two, one)));
  if (answers.every((row) => row.includes(true))) return true;
  return answers.every((row) => row.every((one) => one === false)) ? false : undefined;
}

function coversOne(mount: PathPattern, target: PathPattern): boolean | undefined {
  if (mount.kind === "all") return true;
  if (mount.kind === "unknown" || target.kind === "unknown") return undefined;
  if (target.kind === "all") return undefined;
  if (mount.kind === "text" && target.kind === "text") return isPrefix(mount.text, target.text);
  if (mount.kind === "regex" && target.kind === "text") return matches(mount, target.text);
  return undefined;
}

function isPrefix(mount: string, target: string): boolean | undefined {
  const [a, b] = [segments(mount), segments(target)];
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (/[*(+?]/.test(part)) return isElsewhere(part, other) ? false : undefined;
    if (other === undefined) return false;
    if (part.startsWith(":") || part.startsWith("{")) continue;
    if (/[*(+?{]/.test(other) || other.startsWith(":")) return undefined;
    if (part.toLowerCase() !== other.toLowerCase()) return false;
  }
  return true;
}

/** `/ftp(?!/open)` is no way to `/metrics`: what stands before the first sign of a pattern is literal. */
function isElsewhere(part: string, other: string | undefined): boolean {
  const [start = ""] = part.split(/[*(+?]/);
  const literal = /[*?]/.test(part.charAt(start.length)) ? start.slice(0, -1) : start;
  if (other === undefined || /[*(+?{:]/.test(other)) return false;
  return !other.toLowerCase().startsWith(literal.toLowerCase());
}

const segments = (path: string): readonly string[] => path.split("/").filter((part) => part !== "");

function matches(
  mount: { readonly source: string; readonly flags: string },
  target: string,
): boolean | undefined {
  if (differs(literalStart(mount.source), target.split(/[:*{(]/)[0] ?? "")) return false;
  return runnable(mount, target)?.test(target) === true ? true : undefined;
}

/** What every match begins with: `/admin` for `^\/admin(?:\/|$)`. */
function literalStart(source: string): string {
  const [, start = ""] = /^\^((?:\\\/|[\w-])+)(?![*+?{])/.exec(source) ?? [];
  return source.includes("|") && !/^\^[^|]*\(/.test(source) ? "" : start.replaceAll("\\/", "/");
}

function differs(one: string, two: string): boolean {
  const length = Math.min(one.length, two.length);
  return one.slice(0, length).toLowerCase() !== two.slice(0, length).toLowerCase();
}

export function printPath(paths: readonly PathPattern[]): string {
  return paths
    .map((one) =>
      one.kind === "text"
        ? one.text
        : one.kind === "regex"
          ? `/${one.source}/`
          : one.kind === "all"
            ? "/"
            : "(computed path)",
    )
    .join(", ");
}
