import express from "express";
import { hauberk } from "hauberk";
import type { SessionStore } from "hauberk/session";
import { renderPage, USER_NAME } from "../page.ts";

declare module "hauberk/session" {
  interface SessionData {
    userName?: string;
  }
}

/** Everything Hauberk does by default, on; only the limit is raised beyond what a run sends. */
export async function startHauberk(port: number, store: SessionStore): Promise<void> {
  const app = express();
  const secure = hauberk(app, {
    origins: [`http://127.0.0.1:${port}`],
    secrets: ["9f2b6d0c41e87a35c6f18b0e7d92a4536b1c"],
    session: { store },
    limit: { limit: 1_000_000_000, burst: 1_000_000_000 },
  });

  app.get("/enter", (req, res) => {
    req.session.userName = USER_NAME;
    res.send("entered");
  });
  app.get("/", (req, res) => {
    res.send(renderPage({ userName: req.session.userName ?? "", csrfToken: res.locals.csrftoken }));
  });
  app.post("/", (req, res) => {
    res.send(renderPage({ userName: req.session.userName ?? "", csrfToken: res.locals.csrftoken }));
  });

  await secure.listen({ port, host: "127.0.0.1", insecureServeAsRoot: process.getuid?.() === 0 });
}
