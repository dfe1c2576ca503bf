export type { ServerSurroundings } from "./assemble.ts";
export { liveness, readiness, type ReadinessCheck } from "./health.ts";
export { lookUpIdentity } from "./identity.ts";
export { startServer } from "./listen.ts";
export type { RunningServer } from "./running.ts";
export { parseListenOptions, type ListenOptions, type TlsOptions } from "./options.ts";
export type { OverloadOptions } from "./overload.ts";
export {
  decidePrivileges,
  dropPrivileges,
  type Identity,
  type PrivilegeFacts,
  type PrivilegePlan,
} from "./privileges.ts";
