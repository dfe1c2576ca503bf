import { type Request, type RequestHandler, type Response, Router } from "express";
import type { Attachments } from "../attachments/attachments.ts";
import { createFileField } from "../attachments/field.ts";
import { ACCEPTED_TYPES, MAX_FILE_BYTES, MAX_FILES_AT_ONCE, QUOTA_BYTES } from "../attachments/limits.ts";
import { quotaProblem, type UploadProblem } from "../attachments/problem.ts";
import { fileSize } from "../attachments/size.ts";
import type { User, Users } from "../accounts/users.ts";
import { currentUser, forUser, identifyAgain } from "../web/current-user.ts";
import { EMPTY_FORM, enteredAgain, type FormState, parseForm, withError } from "../web/forms.ts";
import { type Notice, redirectWithNotice } from "../web/notices.ts";
import { renderPage } from "../web/render.ts";
import { MAX_TITLE_LENGTH, NOTE_FIELDS, noteForm } from "./form.ts";
import { MAX_NOTES_PER_USER, type Note, type Notes } from "./notes.ts";
import { notFound, ownedNote } from "./owned.ts";

export interface NoteEditing {
  readonly users: Users;
  readonly notes: Notes;
  readonly attachments: Attachments;
  /** The folder of the files. */
  readonly directory: string;
}

/** Write and change one's own notes, with the files that belong to them. */
export function noteEditRoutes({ users, notes, attachments, directory }: NoteEditing): Router {
  const field = createFileField(directory, attachments);

  async function create(req: Request, res: Response, user: User): Promise<void> {
    const result = parseForm(noteForm, NOTE_FIELDS, req.body);
    const id = result.ok ? await orDiscard(req, notes.add(user.id, result.data)) : undefined;
    if (id !== undefined) return attach(req, res, user, id, "note-created");
    const full = `An account holds at most ${MAX_NOTES_PER_USER} notes. Delete one first.`;
    const form = result.ok ? withError(NOTE_FIELDS, req.body, "title", full) : result.form;
    return showWithoutFiles(req, res, user, { form });
  }

  async function update(req: Request, res: Response, user: User): Promise<void> {
    const note = await orDiscard(req, ownedNote(notes, req, user));
    const result = parseForm(noteForm, NOTE_FIELDS, req.body);
    const outcome = result.ok ? await orDiscard(req, notes.save(user.id, note.id, result.data)) : "invalid";
    if (outcome === "saved") return attach(req, res, user, note.id, "note-changed");
    if (outcome === "gone") {
      await field.discard(req);
      throw notFound();
    }
    if (!result.ok) return showWithoutFiles(req, res, user, { note, form: result.form });
    const stale = "This note was changed in another window. Saving again replaces that version.";
    const { values, errors } = withError(NOTE_FIELDS, req.body, "title", stale);
    const form = { values: { ...values, version: String(note.version) }, errors };
    return showWithoutFiles(req, res, user, { note, form, status: 409 });
  }

  /** A note or account that was deleted while its files arrived: they are on nobody's quota, and must not fill the disk. */
  async function orDiscard<T>(req: Request, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      await field.discard(req);
      throw error;
    }
  }

  /** The text is saved; now its files, or the form again with what is wrong with them. */
  async function attach(req: Request, res: Response, user: User, id: string, notice: Notice): Promise<void> {
    let attached = false;
    try {
      attached = await attachments.add(user.id, id, field.files(req));
    } finally {
      if (!attached) await field.discard(req);
    }
    if (attached) {
      redirectWithNotice(req, res, `/notes/${id}`, notice);
      return;
    }
    // Two uploads at once had both been told of the same free bytes; or the note was deleted meanwhile.
    const note = await notes.find(user.id, id);
    if (note === undefined) throw notFound();
    const { message, status } = quotaProblem(await attachments.remainingBytes(user.id));
    const form = {
      values: valuesOf(note),
      errors: { files: `The text is saved, the files are not. ${message}` },
    };
    await show(req, res, user, { note, form, status });
  }

  /** What was chosen in a file field cannot be put into a page again. */
  async function showWithoutFiles(req: Request, res: Response, user: User, page: EditPage): Promise<void> {
    const { form } = page;
    const chosen = field.files(req).length > 0;
    await field.discard(req);
    const errors = chosen ? { ...form.errors, files: "Please choose the files again." } : form.errors;
    await show(req, res, user, { ...page, form: { ...form, errors } });
  }

  async function show(
    req: Request,
    res: Response,
    user: User,
    { note, form, status }: EditPage,
  ): Promise<void> {
    const values = {
      note,
      version: form.values["version"] ?? note?.version,
      maxTitleLength: MAX_TITLE_LENGTH,
      accepted: ACCEPTED_TYPES.join(","),
      maxFiles: MAX_FILES_AT_ONCE,
      maxFileSize: fileSize(MAX_FILE_BYTES),
      quota: fileSize(QUOTA_BYTES),
      roomLeft: fileSize(Math.max(0, await attachments.remainingBytes(user.id))),
    };
    renderPage(req, res, "notes/edit", values, { section: "notes", form, status });
  }

  /** An upload takes up to UPLOAD_SECONDS: what is stored must still be its user's, who may have been logged out meanwhile. */
  const askAgain: RequestHandler = async (req, res, next) => {
    const user = await orDiscard(req, identifyAgain(users, req, res));
    if (user === undefined) await field.discard(req);
    next();
  };

  /** A file was refused; whatever was written beside it is kept. */
  const showRefused = field.whenRefused(async (problem, fields, req, res) => {
    const user = currentUser(req);
    if (user === undefined) throw notFound();
    const note = req.params["id"] === undefined ? undefined : await ownedNote(notes, req, user);
    await show(req, res, user, { note, ...refusedForm(problem, fields) });
  });

  const router = Router();
  router.get(
    "/notes/new",
    forUser((req, res, user) => show(req, res, user, { form: EMPTY_FORM })),
  );
  router.get(
    "/notes/:id/edit",
    forUser(async (req, res, user) => {
      const note = await ownedNote(notes, req, user);
      await show(req, res, user, { note, form: { values: valuesOf(note), errors: {} }, status: 200 });
    }),
  );
  // Nobody's file is stored before it is known whose note it belongs to.
  router.post("/notes", forUser(goOn), field.receive, askAgain, forUser(create), showRefused);
  router.post(
    "/notes/:id",
    forUser(async (req, _res, user, next) => {
      await ownedNote(notes, req, user);
      next();
    }),
    field.receive,
    askAgain,
    forUser(update),
    showRefused,
  );
  return router;
}

interface EditPage {
  readonly note?: Note | undefined;
  readonly form: FormState;
  readonly status?: number | undefined;
}

const goOn: Parameters<typeof forUser>[0] = (_req, _res, _user, next) => next();

function valuesOf({ title, body, version }: Note): FormState["values"] {
  return { title, body, version: String(version) };
}

function refusedForm(
  { message, status }: UploadProblem,
  fields: Readonly<Record<string, string>>,
): Pick<EditPage, "form" | "status"> {
  const { values } = enteredAgain(NOTE_FIELDS, fields);
  return { form: { values, errors: { files: message } }, status };
}
