/* oxlint-disable typescript/consistent-type-imports, typescript/no-extraneous-class -- an import would make this a module */

/** Packages of the ecosystem whose own types would put another `session` on every request. */
declare module "connect-pg-simple" {
  const factory: (session: object) => new (
    options: object,
  ) => import("../../src/session/express-store.ts").ExpressSessionStore & {
    readonly close: () => Promise<void>;
  };
  export default factory;
}
declare module "connect-flash" {
  const flash: () => import("express").RequestHandler;
  export default flash;
}
declare module "passport" {
  type Done = (error: unknown, value?: unknown) => void;
  export class Passport {
    serializeUser(serialize: (user: unknown, done: Done) => void): void;
    deserializeUser(deserialize: (id: string, done: Done) => void): void;
    session(): import("express").RequestHandler;
  }
}
