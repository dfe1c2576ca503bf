import { Session, type Runtime } from "node:inspector";
import { fileURLToPath } from "node:url";
import type { Location } from "./facts.ts";

export interface FunctionFacts {
  readonly location: Location | undefined;
  readonly closure: ReadonlyMap<string, unknown>;
}

/** Reads where functions were written and what they close over, through the engine's own inspector. */
export class FunctionReader {
  readonly #session: Session = new Session();
  readonly #scripts: Map<string, string> = new Map();

  constructor() {
    this.#session.connect();
    this.#session.on("Debugger.scriptParsed", ({ params }) => this.#scripts.set(params.scriptId, params.url));
    this.#session.post("Debugger.enable");
  }

  close(): void {
    this.#session.disconnect();
  }

  read(fn: (...args: never[]) => unknown): FunctionFacts {
    const internal = this.#internal(this.#handle(fn));
    const location = internal.find((one) => one.name === "[[FunctionLocation]]")?.value?.value as unknown;
    const scopes = internal.find((one) => one.name === "[[Scopes]]")?.value?.objectId;
    return {
      location: this.#place(location),
      closure: scopes === undefined ? new Map() : this.#closure(scopes),
    };
  }

  #handle(value: unknown): string | undefined {
    const slot = globalThis as { hauberkCheckSlot?: unknown };
    slot.hauberkCheckSlot = value;
    let id: string | undefined;
    this.#session.post("Runtime.evaluate", { expression: "globalThis.hauberkCheckSlot" }, (error, answer) => {
      id = error === null ? answer.result.objectId : undefined;
    });
    delete slot.hauberkCheckSlot;
    return id;
  }

  #internal(objectId: string | undefined): readonly Runtime.InternalPropertyDescriptor[] {
    let found: readonly Runtime.InternalPropertyDescriptor[] = [];
    if (objectId === undefined) return found;
    this.#session.post("Runtime.getProperties", { objectId, ownProperties: true }, (error, answer) => {
      if (error === null) found = answer.internalProperties ?? [];
    });
    return found;
  }

  #properties(objectId: string): readonly Runtime.PropertyDescriptor[] {
    let found: readonly Runtime.PropertyDescriptor[] = [];
    this.#session.post("Runtime.getProperties", { objectId, ownProperties: true }, (error, answer) => {
      if (error === null) found = answer.result;
    });
    return found;
  }

  #closure(scopes: string): ReadonlyMap<string, unknown> {
    const found = new Map<string, unknown>();
    for (const scope of this.#properties(scopes)) {
      const { value } = scope;
      if (value?.objectId === undefined || !(value.description ?? "").startsWith("Closure")) continue;
      for (const variable of this.#properties(value.objectId)) {
        if (!found.has(variable.name)) found.set(variable.name, this.#real(variable.value));
      }
      // The innermost closure is the factory call; those further out are the package's module scope.
      if (found.size > 0) break;
    }
    return found;
  }

  /** The value itself, taken over through a global slot: both sides live in one process. */
  #real(remote: Runtime.RemoteObject | undefined): unknown {
    if (remote?.objectId === undefined) return remote?.value;
    const slot = globalThis as { hauberkCheckSlot?: unknown };
    this.#session.post("Runtime.callFunctionOn", {
      objectId: remote.objectId,
      functionDeclaration: "function () { globalThis.hauberkCheckSlot = this; }",
    });
    const value = slot.hauberkCheckSlot;
    delete slot.hauberkCheckSlot;
    return value;
  }

  #place(location: unknown): Location | undefined {
    if (typeof location !== "object" || location === null) return undefined;
    const { scriptId, lineNumber, columnNumber } = location as {
      scriptId?: string;
      lineNumber?: number;
      columnNumber?: number;
    };
    const url = this.#scripts.get(scriptId ?? "");
    if (url === undefined || url === "" || lineNumber === undefined) return undefined;
    return {
      file: url.startsWith("file:") ? fileURLToPath(url) : url,
      line: lineNumber + 1,
      column: (columnNumber ?? 0) + 1,
    };
  }
}
