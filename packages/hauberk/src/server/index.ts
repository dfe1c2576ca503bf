export { startServer, type RunningServer, type ServerSurroundings } from "./listen.ts";
export { parseListenOptions, type ListenOptions, type TlsOptions } from "./options.ts";
export {
  decidePrivileges,
  dropPrivileges,
  lookUpIdentity,
  type Identity,
  type PrivilegeFacts,
  type PrivilegePlan,
} from "./privileges.ts";
