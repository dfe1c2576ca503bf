// oxlint-disable no-underscore-dangle -- `_expires` is what stores of the ecosystem have in their records
import { serialize } from "cookie";

/** What a cookie is made with: the `cookie` option of `session()`, or what a store kept of it. */
export interface CookieOptions {
  /** @default "/" */
  path?: string;
  /** @default true */
  httpOnly?: boolean;
  /** Milliseconds from now; null for as long as the browser is open. @default null */
  maxAge?: number | null | undefined;
  expires?: Date | null | undefined;
  originalMaxAge?: number | null | undefined;
  domain?: string | undefined;
  /** `"auto"`: Secure when the request came over https. @default undefined */
  secure?: boolean | "auto" | undefined;
  sameSite?: boolean | "lax" | "strict" | "none" | "auto" | undefined;
  partitioned?: boolean | undefined;
  priority?: "low" | "medium" | "high" | undefined;
}

/** The cookie as it is stored and sent. */
export interface CookieData extends Omit<CookieOptions, "maxAge"> {}

/** `req.session.cookie`, as express-session's: change `maxAge` or `expires` to make one session last longer. */
export class Cookie {
  path = "/";
  httpOnly = true;
  domain: string | undefined;
  secure: boolean | "auto" | undefined;
  sameSite: CookieOptions["sameSite"];
  partitioned: boolean | undefined;
  priority: CookieOptions["priority"];
  originalMaxAge: number | null | undefined;
  _expires: Date | null | undefined = null;

  constructor(options?: CookieOptions) {
    if (Boolean(options) && typeof options !== "object")
      throw new TypeError("argument options must be a object");
    for (const [key, value] of Object.entries(options ?? {})) {
      // `data` has no setter, and a store's "__proto__" would swap the methods of the cookie.
      if (key !== "data" && key !== "__proto__") Reflect.set(this, key, value);
    }
    this.originalMaxAge ??= this.maxAge;
  }

  get expires(): Date | null | undefined {
    return this._expires;
  }

  set expires(date: Date | null | undefined) {
    this._expires = date;
    this.originalMaxAge = this.maxAge;
  }

  /** Milliseconds left; null for a cookie that ends with the browser. */
  get maxAge(): number | null | undefined {
    // A store's JSON has a text here until `createSession` makes it a date.
    return this._expires instanceof Date ? this._expires.valueOf() - Date.now() : this._expires;
  }

  set maxAge(ms: number | Date | null | undefined) {
    if (Boolean(ms) && typeof ms !== "number" && !(ms instanceof Date))
      throw new TypeError("maxAge must be a number or Date");
    this.expires = typeof ms === "number" ? new Date(Date.now() + ms) : ms;
  }

  get data(): CookieData {
    return {
      originalMaxAge: this.originalMaxAge,
      partitioned: this.partitioned,
      priority: this.priority,
      expires: this._expires,
      secure: this.secure,
      httpOnly: this.httpOnly,
      domain: this.domain,
      path: this.path,
      sameSite: this.sameSite,
    };
  }

  /** @throws {TypeError} when an attribute cannot stand in a header */
  serialize(name: string, value: string): string {
    return serialize(name, value, this.data as Parameters<typeof serialize>[2]);
  }

  toJSON(): CookieData {
    return this.data;
  }
}

/** The cookie of a session that comes out of a store: dates are texts there, and the lifetime starts when it is touched. */
export function reviveCookie(stored: CookieOptions): Cookie {
  const cookie = new Cookie(stored);
  const expires: unknown = stored.expires;
  if (typeof expires === "string") cookie.expires = new Date(expires);
  cookie.originalMaxAge = stored.originalMaxAge;
  return cookie;
}
