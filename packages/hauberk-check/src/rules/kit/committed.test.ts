import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryFiles } from "../../files/project-files.ts";
import { isCommitted } from "./committed.ts";

/** What git's index has of a path: flags, the length of the path, the path, a NUL. */
const entry = (path: string): string => `\u0001\u0000${String.fromCharCode(path.length)}${path}\0`;

const LONG = `${"folder/".repeat(7)}.env`;
const cases: readonly [name: string, files: Readonly<Record<string, string>>, path: string, is: unknown][] = [
  ["is told by the index of the project's folder", { ".git/index": entry(".env") }, ".env", true],
  ["is not told by the end of another path", { ".git/index": entry("old/.env") }, ".env", false],
  ["is not told by the beginning of another path", { ".git/index": entry(".env.example") }, ".env", false],
  ["is told where the length before it is a digit", { ".git/index": entry(LONG) }, LONG, true],
  ["is told by the index above", { "../.git/index": entry("app/.env") }, ".env", true],
  [
    "is not told by a neighbour's file in the index above",
    { "../.git/index": entry("web/.env") },
    ".env",
    false,
  ],
  [
    "is told by the index of a work tree, which lies elsewhere",
    {
      "../.git": "gitdir: /home/x/.git/worktrees/y\n",
      "../../../home/x/.git/worktrees/y/index": entry("app/.env"),
    },
    ".env",
    true,
  ],
  [
    "is told by the index of a submodule",
    { ".git": "gitdir: ../.git/modules/app\n", "../.git/modules/app/index": entry(".env") },
    ".env",
    true,
  ],
  ["is not known without a repository", {}, ".env", undefined],
  ["is told by .gitignore where there is no index", { ".gitignore": "dist\n" }, ".env", true],
  ["is not so in an ignored folder", { ".gitignore": "secrets/\n" }, "secrets/.env", false],
  [
    "is not so by the .gitignore above, in a work tree",
    { "../.git": "gitdir: /x", "../.gitignore": "*.env*\n" },
    "a/.env.bak",
    false,
  ],
  [
    "is not so by a .gitignore of its own folder",
    { ".gitignore": "dist\n", "api/.gitignore": "/.env\n" },
    "api/.env",
    false,
  ],
  ["is not told by a .gitignore above without a repository", { "../.gitignore": "x\n" }, ".env", undefined],
];

describe("whether a file is committed", () => {
  for (const [name, files, path, expected] of cases)
    it(name, () => {
      assert.equal(
        isCommitted(memoryFiles(new Map(Object.entries(files)), "/home/somebody/app"), path),
        expected,
      );
    });
});
