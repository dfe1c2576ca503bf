import { Router } from "express";
import type { Logger } from "pino";
import type { Users } from "../accounts/users.ts";
import type { Attachment, Attachments } from "../attachments/attachments.ts";
import { removeFiles } from "../attachments/files.ts";
import { fileSize } from "../attachments/size.ts";
import { forUser } from "../web/current-user.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import { noteEditRoutes } from "./edit-routes.ts";
import { NOTES_PER_PAGE, type Notes } from "./notes.ts";
import { notFound, ownedNote } from "./owned.ts";

const SECTION = "notes";

export interface NoteDependencies {
  readonly users: Users;
  readonly notes: Notes;
  readonly attachments: Attachments;
  /** The folder of the files. */
  readonly directory: string;
  readonly logger: Logger;
}

/** List, read, write, change and delete one's own notes. */
export function noteRoutes({ users, notes, attachments, directory, logger }: NoteDependencies): Router {
  const router = Router();

  router.get(
    "/notes",
    forUser(async (req, res, user) => {
      const page = pageOf(req.query["page"]);
      const pages = Math.ceil((await notes.count(user.id)) / NOTES_PER_PAGE);
      const values = { notes: await notes.list(user.id, page), page, pages };
      renderPage(req, res, "notes/list", values, { section: SECTION });
    }),
  );

  // Before "/notes/:id": "new" is no note.
  router.use(noteEditRoutes({ users, notes, attachments, directory }));

  router.get(
    "/notes/:id",
    forUser(async (req, res, user) => {
      const note = await ownedNote(notes, req, user);
      const files = (await attachments.list(user.id, note.id)).map(shown);
      renderPage(req, res, "notes/show", { note, files }, { section: SECTION });
    }),
  );

  router.get(
    "/notes/:id/delete",
    forUser(async (req, res, user) => {
      const note = await ownedNote(notes, req, user);
      const fileIds = await attachments.idsOf(user.id, note.id);
      renderPage(req, res, "notes/delete", { note, fileCount: fileIds.length }, { section: SECTION });
    }),
  );

  router.post(
    "/notes/:id/delete",
    forUser(async (req, res, user) => {
      const { id } = await ownedNote(notes, req, user);
      const fileIds = await attachments.idsOf(user.id, id);
      // The rows of its files go with the note, in the same write.
      if (!(await notes.remove(user.id, id))) throw notFound();
      await removeFiles(directory, fileIds, logger);
      redirectWithNotice(req, res, "/notes", "note-deleted");
    }),
  );

  return router;
}

function shown({ id, noteId, name, type, bytes }: Attachment): object {
  const [kind = "", subtype = ""] = type.split("/");
  return {
    path: `/notes/${noteId}/files/${id}`,
    name,
    isImage: kind === "image",
    about: `${subtype.toUpperCase()}, ${fileSize(bytes)}`,
  };
}

/** "?page=-1", "?page=1e9" and "?page[]=1" are pages that do not exist. */
function pageOf(value: unknown): number {
  if (value === undefined) return 1;
  if (typeof value !== "string" || !/^[1-9]\d{0,2}$/.test(value)) throw notFound();
  return Number(value);
}
