import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../../../check.ts";
import { memoryFiles } from "../../../files/project-files.ts";

const ROWS: readonly (readonly [body: string, severity: string])[] = [
  ["const link = `https://${req.get('host')}/r`; mail(link); res.end();", "medium"],
  ["const link = `https://${req.get('host')}/r`; mail(link); res.json({ link });", "medium"],
  ["const link = `https://${req.get('host')}/r`; mailer.send(link); res.end();", "medium"],
  ["const link = `https://${req.get('host')}/r`; res.json(await store.save(link));", "medium"],
  ["const link = `https://${req.get('host')}/r`; res.json({ done: true });", "medium"],
  ["mail.send(`https://${req.get('host')}/r`); res.end();", "medium"],
  ["const link = `https://${req.get('host')}/r`; res.status(201).json({ link, id: 1 });", "low"],
  ["const link = 'https://' + req.hostname + req.url; res.redirect(302, link);", "low"],
  ["res.json({ link: `https://${req.get('host')}/r` });", "low"],
];

describe("the host of a link", () => {
  for (const [body, severity] of ROWS)
    it(`is ${severity} in ${body}`, async () => {
      const { findings } = await check({
        files: memoryFiles(
          new Map([
            ["package.json", '{"dependencies":{"express":"5.1.0"}}'],
            [
              "app.js",
              `const app = require("express")();\napp.post("/forgot", async (req, res) => { ${body} });\napp.listen(3000);\n`,
            ],
          ]),
        ),
      });
      const found = findings.filter(({ rule }) => rule === "host/header-trust");
      assert.deepEqual(
        found.map((one) => one.severity),
        [severity],
      );
    });
});
