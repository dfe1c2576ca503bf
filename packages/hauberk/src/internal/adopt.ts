import type { IncomingMessage, ServerResponse } from "node:http";
import { findContext } from "./context.ts";
import { rootOf, type ExtensibleApplication } from "./express-internals.ts";

type Answer = ServerResponse & { locals?: object };

/** The prototypes of protected apps, and those that are in line with one. */
const inLine = new WeakSet<object>();

/**
 * Lets an app that a router, a route or a handler calls have what `app.use(inner)` gives to a mounted one: the header set, its
 * session, the rules of `req.query` and `res.redirect()`, the nonce and the token in its templates. Also one of another copy of
 * Express, such as a package brings along.
 *
 * Each app gives a request prototypes of its own, and only mounting puts them in line with the outer app's. Every Express
 * sets `req.res`, then the prototypes, and then looks for `res.locals`: there they are put in line, before a route runs.
 */
export function adoptInnerApps(app: ExtensibleApplication): void {
  inLine.add(app.response).add(app.request);
  Object.defineProperty(app.request, "res", {
    configurable: true,
    enumerable: true,
    get(this: IncomingMessage): ServerResponse | undefined {
      return findContext(this)?.response;
    },
    set(this: IncomingMessage, res: Answer) {
      const context = findContext(this);
      if (context === undefined) {
        Object.defineProperty(this, "res", { ...ORDINARY, value: res });
        return;
      }
      if (context.response !== undefined) adoptAtLocals(res, app);
      context.response = res;
    },
  });
}

const ORDINARY = { configurable: true, enumerable: true, writable: true } as const;

/** Waits for the first look at `res.locals`, and leaves it as it was. */
function adoptAtLocals(res: Answer, outer: ExtensibleApplication): void {
  const adopt = (locals: unknown): void => {
    Object.defineProperty(res, "locals", { ...ORDINARY, value: locals });
    putInLine(res, outer.response);
    putInLine(res.req, outer.request);
  };
  const { locals } = res;
  Object.defineProperty(res, "locals", {
    configurable: true,
    enumerable: true,
    get(): unknown {
      adopt(locals);
      return locals;
    },
    set: adopt,
  });
}

/** Makes the prototype that an inner app gave to a message come from the outer app's, as Express does at mounting. */
function putInLine(message: ServerResponse | IncomingMessage, outer: object): void {
  const given = Object.getPrototypeOf(message) as object;
  if (inLine.has(given)) return;
  inLine.add(given);
  const root = rootOf(given);
  let last = given;
  // An app that was mounted in the inner one has its prototypes from there: the last of them is changed.
  for (let parent = last; parent !== root; parent = Object.getPrototypeOf(parent) as object) {
    if (parent !== given && inLine.has(parent)) return;
    last = parent;
  }
  if (last !== root) Object.setPrototypeOf(last, outer);
}
