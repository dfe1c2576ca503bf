import { type Request, Router } from "express";
import { HttpError } from "hauberk/errors";
import { z } from "zod";
import type { User } from "../accounts/users.ts";
import { forUser } from "../web/current-user.ts";
import { type FormState, parseForm, withError } from "../web/forms.ts";
import { redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import { MAX_TITLE_LENGTH, NOTE_FIELDS, noteForm } from "./form.ts";
import { MAX_NOTES_PER_USER, NOTES_PER_PAGE, type Note, type Notes } from "./notes.ts";

const NOTE_ID = z.uuid();
const SECTION = "notes";

/** List, read, write, change and delete one's own notes. */
export function noteRoutes(notes: Notes): Router {
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

  router.get(
    "/notes/new",
    forUser((req, res) => {
      renderPage(req, res, "notes/edit", editValues(undefined), { section: SECTION });
    }),
  );

  router.post(
    "/notes",
    forUser(async (req, res, user) => {
      const result = parseForm(noteForm, NOTE_FIELDS, req.body);
      const id = result.ok ? await notes.add(user.id, result.data) : undefined;
      if (id !== undefined) {
        redirectWithNotice(req, res, `/notes/${id}`, "note-created");
        return;
      }
      const full = `An account holds at most ${MAX_NOTES_PER_USER} notes. Delete one first.`;
      const form = result.ok ? withError(NOTE_FIELDS, req.body, "title", full) : result.form;
      renderPage(req, res, "notes/edit", editValues(undefined), { section: SECTION, form });
    }),
  );

  router.get(
    "/notes/:id",
    forUser(async (req, res, user) => {
      renderPage(req, res, "notes/show", { note: await owned(req, user) }, { section: SECTION });
    }),
  );

  router.get(
    "/notes/:id/edit",
    forUser(async (req, res, user) => {
      const note = await owned(req, user);
      const form: FormState = { values: { title: note.title, body: note.body }, errors: {} };
      renderPage(req, res, "notes/edit", editValues(note), { section: SECTION, form, status: 200 });
    }),
  );

  router.post(
    "/notes/:id",
    forUser(async (req, res, user) => {
      const note = await owned(req, user);
      const result = parseForm(noteForm, NOTE_FIELDS, req.body);
      const outcome = result.ok ? await notes.save(user.id, note.id, result.data) : "invalid";
      if (outcome === "gone") throw notFound();
      if (outcome === "saved") {
        redirectWithNotice(req, res, `/notes/${note.id}`, "note-changed");
        return;
      }
      const stale = "This note was changed in another window. Saving again replaces that version.";
      const form = result.ok ? withError(NOTE_FIELDS, req.body, "title", stale) : result.form;
      const status = outcome === "changed-meanwhile" ? 409 : 422;
      renderPage(req, res, "notes/edit", editValues(note), { section: SECTION, form, status });
    }),
  );

  router.get(
    "/notes/:id/delete",
    forUser(async (req, res, user) => {
      renderPage(req, res, "notes/delete", { note: await owned(req, user) }, { section: SECTION });
    }),
  );

  router.post(
    "/notes/:id/delete",
    forUser(async (req, res, user) => {
      if (!(await notes.remove(user.id, idOf(req)))) throw notFound();
      redirectWithNotice(req, res, "/notes", "note-deleted");
    }),
  );

  /** Somebody else's note is as missing as one that never was. */
  async function owned(req: Request, user: User): Promise<Note> {
    const note = await notes.find(user.id, idOf(req));
    if (note === undefined) throw notFound();
    return note;
  }

  return router;
}

function editValues(note: Note | undefined): object {
  return { note, version: note?.version, maxTitleLength: MAX_TITLE_LENGTH };
}

function idOf(req: Request): string {
  const id = NOTE_ID.safeParse(req.params["id"]);
  if (!id.success) throw notFound();
  return id.data;
}

/** "?page=-1", "?page=1e9" and "?page[]=1" are pages that do not exist. */
function pageOf(value: unknown): number {
  if (value === undefined) return 1;
  if (typeof value !== "string" || !/^[1-9]\d{0,2}$/.test(value)) throw notFound();
  return Number(value);
}

function notFound(): HttpError {
  return new HttpError(404, "NOT_FOUND");
}
