import type { Notice } from "./notices.ts";

declare module "hauberk/session" {
  interface SessionData {
    /** The account's session epoch at log-in; see accounts/users.ts. */
    epoch?: number | undefined;
    /** A message to show on the next page. */
    notice?: Notice | undefined;
  }
}
