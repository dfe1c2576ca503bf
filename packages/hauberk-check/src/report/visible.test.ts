import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check } from "../check.ts";
import { memoryFiles } from "../files/project-files.ts";
import { github } from "./github.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { pretty } from "./pretty.ts";
import { listRoutes } from "./routes.ts";
import { sarif } from "./sarif.ts";

/** What a terminal, a log or a reader would take for something else than a part of a name. */
const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ["a colour", "\u001B[31m"],
  ["a title and its end", "\u001B]0;x\u0007"],
  ["a link", "\u001B]8;;http://evil.example\u001B\\"],
  ["a command in one sign", "\u009B2J"],
  ["the start of its line", "\r"],
  ["a line of its own", "\n::error::nothing found"],
  ["a line of its own by another sign", "\u2028::error::x"],
  ["writing from right to left", "\u202E"],
  ["an isolate", "\u2066"],
  ["erased signs", "\u007F\u0008"],
  ["no sign", "\0"],
];

const COMMANDS = /[\0-\x08\x0B-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069]/;

function filesOf(text: string): ReturnType<typeof memoryFiles> {
  const inSource = text.replace(/[\0\n\r\\\u2028]/g, "");
  return memoryFiles(
    new Map([
      [
        `x${text}y.js`,
        `const app = require("express")();
app.use(require("express-session")({ secret: "keyboard cat" }));
app.get("/a${inSource}", (req, res) => { res.redirect(req.query.to); /* ${inSource} */ });
app.post("/b", (req, res) => { eval(req.body.x); });
app.listen(3000);
`,
      ],
      [`bad${text}.js`, "const a = ((("],
    ]),
  );
}

describe("a report of names and lines that hold commands", () => {
  for (const [name, text] of HOSTILE) {
    it(`shows none of them: ${name}`, async () => {
      const files = filesOf(text);
      const report = await check({ files });
      assert.ok(report.findings.length > 2);
      const shown = {
        json: json(report),
        sarif: sarif(report, "0.0.0"),
        github: github(report),
        html: html(report, files),
        routes: listRoutes(report),
        pretty: pretty(report, files, false),
      };
      for (const [format, one] of Object.entries(shown))
        assert.equal(COMMANDS.exec(one)?.index, undefined, format);
      const painted = pretty(report, files, true).replaceAll(/\u001B\[(?:0|1|4|22|24|3[0-9]|39|90)m/g, "");
      if (text !== "\u001B[31m") assert.doesNotMatch(painted, COMMANDS);
      assert.equal(
        shown.github
          .split("\n")
          .every((line) => /^(?:$|::(?:error|warning|notice) (?:file=[^:]*,)?title=)/.test(line)),
        true,
      );
      assert.doesNotMatch(shown.pretty, /^::error/m);
      assert.match(shown.pretty, /> +3 \|.*res\.redirect/);
      assert.deepEqual(JSON.parse(shown.json).findings, JSON.parse(JSON.stringify(report.findings)));
    });
  }

  it("is written for a name that is no Unicode", async () => {
    const report = await check({ files: filesOf("\uD800") });
    assert.match(sarif(report, "0.0.0"), /x%EF%BF%BDy\.js/);
  });
});
