import type { Request, Response } from "express";
import { installAnswerHooks } from "./answer.ts";
import { contextOf, type RequestContext } from "./context.ts";
import type { ExtensibleApplication } from "./express-internals.ts";
import { extendRender } from "./extend.ts";
import { Locals } from "./locals.ts";

/**
 * For a part that may be used without `hauberk()`, whose entrance does all of this: the hooks of the answer, and the nonce and
 * the token where routes and templates look for them.
 */
export function prepareAnswer(req: Request, res: Response): RequestContext {
  installAnswerHooks(req.app);
  extendRender(req.app as ExtensibleApplication);
  const context = contextOf(req);
  if (!(res.locals instanceof Locals)) res.locals = Object.assign(new Locals(req, context), res.locals);
  return context;
}
