import { type Request, type Response, Router } from "express";
import { serveUpload } from "hauberk/body";
import { HttpError } from "hauberk/errors";
import type { Logger } from "pino";
import { z } from "zod";
import type { User } from "../accounts/users.ts";
import { AccountQueues } from "../queues/by-account.ts";
import { forUser } from "../web/current-user.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import type { Attachment, Attachments } from "./attachments.ts";
import { removeFiles } from "./files.ts";
import { MAX_DOWNLOADS_AT_ONCE, MAX_DOWNLOADS_WAITING } from "./limits.ts";

const PLACE = z.object({ id: z.uuid(), file: z.string().regex(/^[0-9a-f]{32}$/) });

export interface AttachmentDependencies {
  readonly attachments: Attachments;
  /** The folder of the files; no server serves it. */
  readonly directory: string;
  readonly logger: Logger;
}

/** Download, look at and delete the files of one's own notes. */
export function attachmentRoutes({ attachments, directory, logger }: AttachmentDependencies): Router {
  const router = Router();
  const downloads = new AccountQueues({
    concurrency: MAX_DOWNLOADS_AT_ONCE,
    maxWaiting: MAX_DOWNLOADS_WAITING,
    of: "downloads",
    retryAfterSeconds: 10,
  });

  router.get(
    "/notes/:id/files/:file",
    forUser((req, res, user) => send(req, res, user, false)),
  );

  // What a page shows as a picture: the same file, without the order to download it.
  router.get(
    "/notes/:id/files/:file/image",
    forUser((req, res, user) => send(req, res, user, true)),
  );

  router.get(
    "/notes/:id/files/:file/delete",
    forUser(async (req, res, user) => {
      const file = await owned(req, user);
      renderPage(req, res, "notes/delete-file", { file }, { section: "notes" });
    }),
  );

  router.post(
    "/notes/:id/files/:file/delete",
    forUser(async (req, res, user) => {
      const { noteId, id } = await owned(req, user);
      await attachments.remove(user.id, noteId, id);
      await removeFiles(directory, [id], logger);
      redirectWithNotice(req, res, `/notes/${noteId}`, "file-deleted");
    }),
  );

  async function send(req: Request, res: Response, user: User, inline: boolean): Promise<void> {
    const file = await owned(req, user);
    await downloads.run(user.id, async () => {
      // Whoever went away while he waited needs no file opened.
      if (!res.closed) await serveUpload(res, { directory, ...file, inline });
    });
  }

  /** Somebody else's file is as missing as one that never was. */
  async function owned(req: Request, user: User): Promise<Attachment> {
    const place = PLACE.safeParse(req.params);
    const found = place.success && (await attachments.find(user.id, place.data.id, place.data.file));
    if (found === false || found === undefined) throw new HttpError(404, "NOT_FOUND");
    return found;
  }

  return router;
}
