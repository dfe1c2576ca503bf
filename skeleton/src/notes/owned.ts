import type { Request } from "express";
import { HttpError } from "hauberk/errors";
import { z } from "zod";
import type { User } from "../accounts/users.ts";
import type { Note, Notes } from "./notes.ts";

const NOTE_ID = z.uuid();

/**
 * The note a request names, if it is the user's. Somebody else's note is as missing as one that never was.
 *
 * @throws {HttpError} `NOT_FOUND`
 */
export async function ownedNote(notes: Notes, req: Request, user: User): Promise<Note> {
  const id = NOTE_ID.safeParse(req.params["id"]);
  const note = id.success ? await notes.find(user.id, id.data) : undefined;
  if (note === undefined) throw notFound();
  return note;
}

export function notFound(): HttpError {
  return new HttpError(404, "NOT_FOUND");
}
