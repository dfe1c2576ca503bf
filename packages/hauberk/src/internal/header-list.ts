import {
  ServerResponse,
  validateHeaderName,
  validateHeaderValue,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
} from "node:http";
import type { PreparedHeaders } from "../headers/build.ts";
import { findContext, type RequestContext } from "./context.ts";

/** Where the headers of an answer are until its head is written. Values have been validated. */
export interface HeaderTable {
  get(name: string): OutgoingHttpHeader | undefined;
  has(name: string): boolean;
  set(name: string, value: OutgoingHttpHeader): void;
  append(name: string, value: string | readonly string[]): void;
  delete(name: string): void;
  /** @param keys names in lower case */
  deleteAll(keys: ReadonlySet<string>): void;
}

/** Names that nearly every answer has, as they are written and as they are looked up. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  [
    "Content-Type",
    "Content-Length",
    "ETag",
    "Cache-Control",
    "Vary",
    "Content-Security-Policy",
    "RateLimit-Policy",
    "RateLimit",
    "X-Powered-By",
    "Set-Cookie",
    "Transfer-Encoding",
    "Content-Encoding",
  ].flatMap((name): [string, string][] => {
    const key = name.toLowerCase();
    return [
      [name, key],
      [key, key],
    ];
  }),
);

/** Lower case, without making a text for what is known. */
function lowerCase(name: string): string {
  return KNOWN.get(name) ?? name.toLowerCase();
}

/**
 * The headers of one answer until its head is written. Node writes a list that is given to `writeHead` in a third of the
 * time it takes to put the same headers one by one into its own table, so the table is kept here.
 */
export class HeaderList implements HeaderTable {
  readonly #keys: string[] = [];
  /** Name, value, name, value: as `writeHead` takes it. */
  readonly #flat: OutgoingHttpHeader[] = [];

  get(name: string): OutgoingHttpHeader | undefined {
    const at = this.#keys.indexOf(lowerCase(name));
    return at === -1 ? undefined : this.#flat[at * 2 + 1];
  }

  has(name: string): boolean {
    return this.#keys.includes(lowerCase(name));
  }

  set(name: string, value: OutgoingHttpHeader): void {
    const key = lowerCase(name);
    const at = this.#keys.indexOf(key);
    if (at === -1) {
      this.#keys.push(key);
      this.#flat.push(name, value);
    } else {
      this.#flat[at * 2] = name;
      this.#flat[at * 2 + 1] = value;
    }
  }

  /** Adds a line: what was there stays. */
  append(name: string, value: string | readonly string[]): void {
    const before = this.get(name);
    if (before === undefined) return this.set(name, typeof value === "string" ? value : [...value]);
    const lines = Array.isArray(before) ? before : [String(before)];
    this.set(name, lines.concat(value));
  }

  delete(name: string): void {
    const at = this.#keys.indexOf(lowerCase(name));
    if (at === -1) return;
    this.#keys.splice(at, 1);
    this.#flat.splice(at * 2, 2);
  }

  deleteAll(keys: ReadonlySet<string>): void {
    for (const key of this.#keys.filter((each) => keys.has(each))) this.delete(key);
  }

  get keys(): string[] {
    return [...this.#keys];
  }

  get names(): string[] {
    return this.#keys.map((_key, index) => String(this.#flat[index * 2]));
  }

  toObject(): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = Object.create(null) as OutgoingHttpHeaders;
    for (const [index, key] of this.#keys.entries()) headers[key] = this.#flat[index * 2 + 1];
    return headers;
  }

  /** All headers, and those of a prepared block that are not among them. */
  withMissing({ block, keys }: PreparedHeaders): OutgoingHttpHeader[] {
    if (!this.#keys.some((key) => keys.has(key))) return this.#flat.concat(block);
    const missing = [...keys].flatMap((key, index) =>
      this.#keys.includes(key) ? [] : block.slice(index * 2, index * 2 + 2),
    );
    return this.#flat.concat(missing);
  }
}

/** Node's own table, for an answer that had headers before the pipeline saw it. */
export class NodeTable implements HeaderTable {
  readonly #res: ServerResponse;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  get(name: string): OutgoingHttpHeader | undefined {
    return this.#res.getHeader(name);
  }

  has(name: string): boolean {
    return this.#res.hasHeader(name);
  }

  set(name: string, value: OutgoingHttpHeader): void {
    this.#res.setHeader(name, value);
  }

  append(name: string, value: string | readonly string[]): void {
    this.#res.appendHeader(name, value);
  }

  delete(name: string): void {
    this.#res.removeHeader(name);
  }

  deleteAll(keys: ReadonlySet<string>): void {
    for (const key of keys) this.delete(key);
  }

  addMissing({ block, keys }: PreparedHeaders): void {
    for (const [index, key] of [...keys].entries())
      if (!this.has(key)) this.set(block[index * 2] ?? "", block[index * 2 + 1] ?? "");
  }
}

/** Begins to keep an answer's headers here, unless Node has some already, or has sent them. */
export function keepHeaders(res: ServerResponse, context: RequestContext): void {
  if (!res.headersSent && res.getHeaderNames().length === 0) context.outgoing = new HeaderList();
}

/** What `HeaderList` stands in for, on every answer with this prototype. Express documents extending it as the way. */
export function installHeaderList(response: object): void {
  const native = ServerResponse.prototype;
  Object.assign(response, {
    setHeader(this: ServerResponse, name: string, value: OutgoingHttpHeader): unknown {
      const list = findContext(this.req)?.outgoing;
      if (list === undefined || this.headersSent) return native.setHeader.call(this, name, value as string);
      if (!KNOWN.has(name)) validateHeaderName(name);
      validateHeaderValue(name, value as string);
      list.set(name, value);
      return this;
    },
    appendHeader(this: ServerResponse, name: string, value: string | readonly string[]): unknown {
      const list = findContext(this.req)?.outgoing;
      if (list === undefined || this.headersSent) return native.appendHeader.call(this, name, value);
      if (!KNOWN.has(name)) validateHeaderName(name);
      validateHeaderValue(name, value as string);
      list.append(name, value);
      return this;
    },
    getHeader(this: ServerResponse, name: string): unknown {
      const list = findContext(this.req)?.outgoing;
      return list === undefined ? native.getHeader.call(this, name) : list.get(name);
    },
    hasHeader(this: ServerResponse, name: string): boolean {
      const list = findContext(this.req)?.outgoing;
      return list === undefined ? native.hasHeader.call(this, name) : list.has(name);
    },
    removeHeader(this: ServerResponse, name: string): void {
      const list = findContext(this.req)?.outgoing;
      // Node notes that "date" or "connection" is not wanted, and refuses once the head is out.
      native.removeHeader.call(this, name);
      list?.delete(name);
    },
    getHeaderNames(this: ServerResponse): string[] {
      const list = findContext(this.req)?.outgoing;
      return list === undefined ? native.getHeaderNames.call(this) : list.keys;
    },
    getRawHeaderNames(this: ServerResponse): string[] {
      const list = findContext(this.req)?.outgoing;
      return list === undefined ? native.getHeaderNames.call(this) : list.names;
    },
    getHeaders(this: ServerResponse): OutgoingHttpHeaders {
      const list = findContext(this.req)?.outgoing;
      return list === undefined ? native.getHeaders.call(this) : list.toObject();
    },
  });
}
