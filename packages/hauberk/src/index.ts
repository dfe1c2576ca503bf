import "./express.ts";

export { ConfigError, HttpError } from "./errors/index.ts";
export { onSecurityEvent, type SecurityEvent, type SecurityEventName } from "./events/index.ts";
export { hauberk, type Hauberk } from "./hauberk.ts";
export { keyRing } from "./keys/ring.ts";
export type { HauberkOptions } from "./options.ts";
export type { RunningServer } from "./server/listen.ts";
export type { ListenOptions } from "./server/options.ts";
