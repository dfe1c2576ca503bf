import type { Request, Response } from "express";

export interface NoticeText {
  readonly kind: "success" | "error" | "info";
  readonly text: string;
}

/** Every message shown after a redirect. A request can only ever name one of these, never bring its own text. */
const NOTICES = {
  "signed-up": {
    kind: "info",
    text: "Now log in with the password you chose. If that fails, the address had an account before, and it was left as it is.",
  },
  "logged-in": { kind: "success", text: "Welcome. You are logged in." },
  "logged-out": { kind: "success", text: "You are logged out." },
  "log-in-first": { kind: "info", text: "Please log in to go on." },
  "note-created": { kind: "success", text: "Note saved." },
  "note-changed": { kind: "success", text: "Changes saved." },
  "note-deleted": { kind: "success", text: "Note deleted." },
  "file-deleted": { kind: "success", text: "File deleted." },
  "reports-cleared": { kind: "success", text: "All reports are forgotten." },
  "account-deleted": { kind: "success", text: "Your account and everything in it is deleted." },
  "session-ended": { kind: "success", text: "That session is ended." },
  "sessions-ended": { kind: "success", text: "You are logged out everywhere else." },
  "password-changed": { kind: "success", text: "Password changed. You are logged out everywhere else." },
} as const satisfies Readonly<Record<string, NoticeText>>;
export type Notice = keyof typeof NOTICES;

/**
 * Sends the browser to a page of this application that shows a message.
 *
 * For a user it travels in the session and is shown once. For a visitor it travels in the query, so that nothing is
 * stored for him.
 */
export function redirectWithNotice(req: Request, res: Response, path: string, notice: Notice): void {
  if (req.session.userId !== undefined) {
    req.session.notice = notice;
    res.redirect(303, path);
    return;
  }
  res.redirect(303, `${path}${path.includes("?") ? "&" : "?"}notice=${notice}`);
}

/** The message to show on this page, if any; the session's is taken out. */
export function takeNotice(req: Request): NoticeText | undefined {
  const stored: unknown = req.session.userId === undefined ? undefined : req.session.notice;
  if (stored !== undefined) req.session.notice = undefined;
  return textOf(stored ?? req.query["notice"]);
}

function textOf(notice: unknown): NoticeText | undefined {
  // "?notice=constructor" finds a function on a plain object.
  return isNotice(notice) ? NOTICES[notice] : undefined;
}

function isNotice(value: unknown): value is Notice {
  return typeof value === "string" && Object.hasOwn(NOTICES, value);
}
