import type { Session } from "./session/session.ts";

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- the only way to extend Express's types
  namespace Express {
    interface Request {
      /** Names this request in logs and on error pages; made here, never taken from the client. */
      readonly id: string;
      /** The client's address, as far as the declared proxies can be believed. */
      readonly clientAddress: string;
      readonly scheme: "http" | "https";
      /** The configured origin the request was sent to; make absolute links with it, never with Host. */
      readonly canonicalOrigin: string;
      readonly session: Session;
    }
    interface Locals {
      /** For `<script nonce>` and `<style nonce>`. */
      readonly cspNonce: string;
      /** For a hidden field called `_csrf`, or the header `X-CSRF-Token`. */
      readonly csrftoken: string;
      /** For the `_csrf` field of one form: good for that action and method only. `method` is `"POST"` by default. */
      readonly csrftokenFor: (action: string, method?: string) => string;
    }
  }
}
