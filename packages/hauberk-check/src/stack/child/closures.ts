import { Session } from "node:inspector";
import { fileURLToPath } from "node:url";
import type { StackPlace } from "../facts.ts";

const HOLDER = "__hauberkCheckHolder";

/** What the engine knows about functions: where they were written and what they close over. */
export interface Engine {
  locate(fn: unknown): StackPlace | undefined;
  /** Variables of the function's closures, the innermost first. */
  variables(fn: unknown): ReadonlyMap<string, unknown>;
  /** The `this` a bound function was made with. */
  boundTo(fn: unknown): unknown;
  close(): void;
}

/** Talks to the inspector of this very process; nothing listens on a port. */
export function openEngine(): Engine {
  const session = new Session();
  const urls = new Map<string, string>();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
  const holder: { value?: unknown } = {};
  Object.defineProperty(globalThis, HOLDER, { value: holder, configurable: true });
  post(session, "Debugger.enable", {});
  post(session, "Debugger.setSkipAllPauses", { skip: true });
  return {
    locate: (fn) => placeOf(internals(session, holder, fn).get("[[FunctionLocation]]"), urls),
    variables: (fn) => closures(session, holder, internals(session, holder, fn).get("[[Scopes]]")),
    boundTo: (fn) => {
      const remote = internals(session, holder, fn).get("[[BoundThis]]");
      return remote?.objectId === undefined ? undefined : fetched(session, holder, remote.objectId, "this");
    },
    close: () => {
      session.disconnect();
      Reflect.deleteProperty(globalThis, HOLDER);
    },
  };
}

interface Remote {
  readonly objectId?: string;
  readonly description?: string;
  readonly value?: unknown;
}

interface Described {
  readonly name: string;
  readonly value?: Remote;
}

/** Commands of a session in the same thread are answered before `post` returns. */
function post(session: Session, method: string, params: object): Record<string, unknown> {
  let answer: { error: Error | null; result: object | undefined } | undefined;
  session.post(method, params, (error: Error | null, result?: object) => {
    answer = { error, result };
  });
  if (answer === undefined) throw new Error(`${method} was not answered`);
  if (answer.error !== null) throw new Error(`${method}: ${answer.error.message}`);
  return (answer.result ?? {}) as Record<string, unknown>;
}

function internals(session: Session, holder: { value?: unknown }, fn: unknown): ReadonlyMap<string, Remote> {
  holder.value = fn;
  const { result } = post(session, "Runtime.evaluate", { expression: `globalThis.${HOLDER}.value` }) as {
    result: Remote;
  };
  if (result.objectId === undefined) return new Map();
  const found = post(session, "Runtime.getProperties", { objectId: result.objectId, ownProperties: true });
  const list = (found["internalProperties"] ?? []) as readonly Described[];
  return new Map(list.flatMap((one) => (one.value === undefined ? [] : [[one.name, one.value]])));
}

function placeOf(remote: Remote | undefined, urls: ReadonlyMap<string, string>): StackPlace | undefined {
  const location = remote?.value as
    | { scriptId: string; lineNumber: number; columnNumber: number }
    | undefined;
  const url = location === undefined ? undefined : urls.get(location.scriptId);
  if (location === undefined || url === undefined || url === "" || url.startsWith("node:")) return undefined;
  const file = url.startsWith("file://") ? fileURLToPath(url) : url;
  return { file, line: location.lineNumber + 1, column: location.columnNumber + 1 };
}

/** A value the engine knows by a handle, as the value itself. */
function fetched(
  session: Session,
  holder: { value?: unknown },
  objectId: string,
  expression: "this" | "this.object",
): unknown {
  post(session, "Runtime.callFunctionOn", {
    objectId,
    functionDeclaration: `function () { globalThis.${HOLDER}.value = ${expression}; }`,
  });
  return holder.value;
}

function closures(
  session: Session,
  holder: { value?: unknown },
  scopes: Remote | undefined,
): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  if (scopes?.objectId === undefined) return found;
  const { result } = post(session, "Runtime.getProperties", {
    objectId: scopes.objectId,
    ownProperties: true,
  }) as { result: readonly Described[] };
  const own = result
    .map(({ value }) => value)
    .filter((one) => /^(?:Closure|Block|Catch)/.test(one?.description ?? ""));
  // The top level of a CommonJS module is a closure without a name too; it says nothing about this one function.
  if (own.at(-1)?.description === "Closure") own.pop();
  for (const value of own) {
    if (value?.objectId === undefined) continue;
    const scope = fetched(session, holder, value.objectId, "this.object");
    for (const [name, one] of Object.entries(scope ?? {})) if (!found.has(name)) found.set(name, one);
  }
  return found;
}
