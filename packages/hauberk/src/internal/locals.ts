import type { IncomingMessage } from "node:http";
import { formOf } from "../csrf/token.ts";
import type { RequestContext } from "./context.ts";

/**
 * `res.locals` with two values that are made when they are asked for: a nonce and a token nobody uses cost nothing,
 * and a page without a form sets no cookie.
 *
 * They stand on the prototype, so that copying all locals into a template does not ask for them; templates get them
 * from `lazyLocals`.
 */
export class Locals {
  readonly #req: IncomingMessage;
  readonly #context: RequestContext;

  constructor(req: IncomingMessage, context: RequestContext) {
    this.#req = req;
    this.#context = context;
  }

  /** For `<script nonce>` and `<style nonce>`. */
  get cspNonce(): string {
    return this.#context.cspNonce;
  }

  /** For a hidden field called `_csrf`, or the header `X-CSRF-Token`. */
  get csrftoken(): string {
    return this.#context.issueCsrfToken?.(this.#req) ?? "";
  }

  /** For the `_csrf` field of one form: good for that action and method only. */
  csrftokenFor(action: string, method = "POST"): string {
    return this.#context.issueCsrfToken?.(this.#req, formOf(method, action)) ?? "";
  }
}

// As Express's own: no inherited names that a template could take for its variables.
Object.setPrototypeOf(Locals.prototype, null);
Reflect.deleteProperty(Locals.prototype, "constructor");

/** A text that is made when a template writes it. */
class LazyText {
  readonly #make: () => string;

  constructor(make: () => string) {
    this.#make = make;
  }

  toString(): string {
    return this.#make();
  }

  toJSON(): string {
    return this.#make();
  }
}

/** What is added to the variables of every template. */
export function lazyLocals(locals: Pick<Locals, "cspNonce" | "csrftoken" | "csrftokenFor">): {
  readonly cspNonce: object;
  readonly csrftoken: object;
  readonly csrftokenFor: Locals["csrftokenFor"];
} {
  return {
    cspNonce: new LazyText(() => locals.cspNonce),
    csrftoken: new LazyText(() => locals.csrftoken),
    csrftokenFor: (action, method) => locals.csrftokenFor(action, method),
  };
}
