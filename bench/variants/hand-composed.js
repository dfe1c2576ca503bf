/* oxlint-disable no-underscore-dangle, typescript/no-unsafe-assignment, typescript/no-unsafe-return */
// What a careful developer composes today, each part mounted as its README says. JavaScript, because the
// types of express-session and of Hauberk both declare `req.session`, and one program can hold only one of them.
import { once } from "node:events";
import { csrfSync } from "csrf-sync";
import express from "express";
import { rateLimit } from "express-rate-limit";
import session from "express-session";
import helmet from "helmet";
import hpp from "hpp";
import { renderPage, USER_NAME } from "../page.ts";

export async function start(port) {
  const app = express();
  // csrf-sync reads a header by default; its README gives this for forms.
  const { csrfSynchronisedProtection } = csrfSync({ getTokenFromRequest: (req) => req.body?._csrf });

  app.use(helmet());
  app.use(
    rateLimit({
      windowMs: 15 * 60 * 1000,
      limit: 1_000_000_000,
      standardHeaders: "draft-8",
      legacyHeaders: false,
    }),
  );
  app.use(
    session({
      secret: "9f2b6d0c41e87a35c6f18b0e7d92a4536b1c",
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: "lax", secure: "auto" },
    }),
  );
  app.use(express.json());
  app.use(express.urlencoded({ extended: false }));
  app.use(hpp());
  app.use(csrfSynchronisedProtection);

  app.get("/enter", (req, res) => {
    req.session.userName = USER_NAME;
    res.send("entered");
  });
  app.get("/", (req, res) => {
    res.send(renderPage({ userName: req.session.userName, csrfToken: req.csrfToken() }));
  });
  app.post("/", (req, res) => {
    res.send(renderPage({ userName: req.session.userName, csrfToken: req.csrfToken() }));
  });

  await once(app.listen(port, "127.0.0.1"), "listening");
}
