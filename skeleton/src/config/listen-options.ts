import type { ListenOptions } from "hauberk";
import type { Config } from "./config.ts";

/** What `listen()` is told; what was not set is left out, so that the toolkit's own default holds. */
export function listenOptionsOf(config: Config): ListenOptions {
  const { place, workers, tls, plainHttp, runAs, shutdownDelayMs, insecureServeAsRoot } = config;
  return {
    ...place,
    shutdownDelayMs,
    insecureServeAsRoot: insecureServeAsRoot && runAs === undefined,
    ...(workers !== undefined && { workers }),
    ...(tls && { tls }),
    // What browsers ask first is port 80 of the same addresses.
    ...(plainHttp && {
      plainHttp: {
        ...plainHttp,
        ...("host" in place && plainHttp.port !== undefined && { host: place.host }),
      },
    }),
    ...(runAs && { user: runAs.user }),
    ...(runAs?.group !== undefined && { group: runAs.group }),
  };
}
