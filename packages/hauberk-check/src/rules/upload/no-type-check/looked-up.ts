import { codeOf, type Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { remembered } from "../../../remembered.ts";

/**
 * Whether the type that a table of extensions gives for the file's name, or the extension itself, decides about something:
 * `const type = mime.lookup(file.originalname); if (!ALLOWED.includes(type)) ...`. A type that is only written down decides nothing.
 */
export const looksTypeUp: (program: Program) => boolean = remembered((program: Program): boolean =>
  program.modules.some(
    (module) => /\bmime|originalname|sharp/i.test(module.text) && (asksTable(module) || asksName(module)),
  ),
);

const TABLE = String.raw`\w{0,20}mime\w{0,20}\.(?:lookup|getType)\(`;
const HELD = new RegExp(String.raw`\b(\w{1,40})\s?=\s?${TABLE}`, "gi");
const ASKED = new RegExp(String.raw`\.(?:includes|has|test|indexOf)\(\s?${TABLE}`, "i");

function asksTable(module: Module): boolean {
  const code = codeOf(module);
  if (ASKED.test(code)) return true;
  return [...code.matchAll(HELD)].some(([, name = ""]) =>
    new RegExp(
      String.raw`\.(?:includes|has|test|exec|indexOf)\(\s?${name}\b|\b${name}\s?(?:[!=]==?|\.(?:startsWith|match|includes|endsWith))`,
    ).test(code),
  );
}

const asksName = (module: Module): boolean =>
  /\.(?:test|exec)\([\w.]{0,60}\.originalname\b|\boriginalname(?:\.toLowerCase\(\))?\.(?:match|endsWith)\(|\bsharp\((?:req\.)?file\.(?:buffer|path)/i.test(
    codeOf(module),
  );
