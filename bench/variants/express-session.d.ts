// The real types declare `req.session` for all of Express, as Hauberk's do, and a program can hold only one of them.
// csrf-sync's own types need the module to exist.
declare module "express-session" {
  import type { RequestHandler } from "express";

  interface SessionData {
    userName?: string;
  }
  export default function session(options: object): RequestHandler;
}
