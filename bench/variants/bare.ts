import { once } from "node:events";
import express from "express";
import { CONSTANT_TOKEN, renderPage, USER_NAME } from "../page.ts";

/** Express with nothing on it: no session, no token, no headers; the page shows constants. */
export async function start(port: number): Promise<void> {
  const app = express();
  const page = { userName: USER_NAME, csrfToken: CONSTANT_TOKEN };

  app.get("/enter", (_req, res) => {
    res.send("entered");
  });
  app.get("/", (_req, res) => {
    res.send(renderPage(page));
  });
  // Without this parser there is no form to answer, so the bare variant has it too, on this route only.
  app.post("/", express.urlencoded({ extended: false }), (_req, res) => {
    res.send(renderPage(page));
  });

  await once(app.listen(port, "127.0.0.1"), "listening");
}
