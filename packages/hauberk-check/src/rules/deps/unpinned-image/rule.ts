import { baseOf, plainName } from "../../kit/base-image.ts";
import { isProductionDockerfile, PLAIN_IMAGES } from "../../kit/docker.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "deps/unpinned-image",
  title: "The image is built from what nobody has looked at",
  severity: "low",
  confidence: "high",
  cwe: [494],
  asvs: ["15.2.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "The next build takes whatever the name or the address leads to on that day: another major version, or the script of whoever holds the server.",
  fix: "Name a version, or better a digest, in FROM; take a program from a package or an image, or compare its checksum before it runs.",
  file(context) {
    if (!isProductionDockerfile(context.path)) return;
    checkBase(context);
    checkScripts(context);
  },
});

/** `node`, `node:latest`, `node:alpine`: all of them are another Node.js tomorrow. */
function checkBase({ text, place, report }: FileContext): void {
  const base = baseOf(text);
  if (base?.image === undefined || base.image.includes("@") || !PLAIN_IMAGES.test(base.image)) return;
  const [, tag = "latest"] = plainName(base.image).split(":");
  if (!/^(?:latest|lts|current|slim|alpine|stable|edge|rolling)(?:-(?:alpine|slim))?$/.test(tag)) return;
  report({ at: place(base.stage.start, base.stage.end), message: `${base.image} is whatever is newest.` });
}

const TO_A_SHELL = /\|[ \t]*(?:sudo[ \t]{1,9})?(?:-\w{1,9}[ \t]{1,9})?(?:\/bin\/)?(?:ba|da|z|a)?sh\b/;

/** `RUN curl -fsSL https://get.example/install.sh | sh`. */
function checkScripts({ text, place, report }: FileContext): void {
  // What goes on in the next line stands in the same command; the places stay as they are.
  const joined = text.replace(/\\\r?\n/g, (end) => " ".repeat(end.length));
  for (const { 0: line, index } of joined.matchAll(/^[ \t]*RUN\b[^\n]*/gim)) {
    let at = index;
    for (const command of line.split(/(&&|;)/)) {
      const from = command.search(/\b(?:curl|wget)\b/);
      const shell = from < 0 ? null : TO_A_SHELL.exec(command.slice(from));
      // `curl ... | gpg | sh` hands over what another program made of it.
      if (shell !== null && !command.slice(from, from + shell.index).includes("|")) {
        const end = shell.index + shell[0].length;
        const isPlain = /[ "']http:\/\//.test(command.slice(from, from + end));
        report({
          at: place(at + from, at + from + end),
          severity: isPlain ? "high" : "low",
          message: isPlain
            ? "A script is fetched without TLS and run as it comes: whoever is on the way runs what they like in the build."
            : "A script is run as it comes from the net, with nothing to compare it to.",
        });
      }
      at += command.length;
    }
  }
}
