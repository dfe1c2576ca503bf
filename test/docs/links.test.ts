import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const isOurs = (path: string): boolean => !/(^|\/)(node_modules|\.cache|dist|results)(\/|$)/.test(path);
const list = (pattern: string): string[] => globSync(pattern, { cwd: ROOT }).filter(isOurs);
const PAGES = list("**/*.md");
const withoutCode = (text: string): string => text.replace(/^```.*?^```/gms, "");

/** As GitHub makes the anchor of a heading. */
function anchorOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return text.replace(/[^\p{L}\p{N}_\- ]/gu, "").replace(/ /g, "-");
}

function anchorsOf(page: string): Set<string> {
  return new Set([...withoutCode(read(page)).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => anchorOf(text)));
}

/** Why a reader who follows this link would be lost, if so. */
function brokenLink(page: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, target))) return `${page}: ${link}: there is no such file`;
  if (anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor))
    return `${page}: ${link}: no heading has that anchor`;
  return undefined;
}

test("every relative link of every page leads to a file, and to a heading of it", () => {
  assert.ok(PAGES.includes("README.md") && PAGES.includes("docs/guide/sessions.md"));
  const broken = PAGES.flatMap((page) =>
    [...withoutCode(read(page)).matchAll(/(?:\]\(|(?:src|href)=")([^)\s"]+)/g)].map(([, link = ""]) =>
      brokenLink(page, link),
    ),
  );
  assert.deepEqual(
    broken.filter((problem) => problem !== undefined),
    [],
  );
});

test("a link to a file or a heading that is not there is found", () => {
  assert.match(brokenLink("docs/guide/tls.md", "nowhere.md") ?? "", /no such file/);
  assert.match(brokenLink("docs/guide/tls.md", "scaling.md#nowhere") ?? "", /no heading/);
  assert.equal(brokenLink("docs/guide/tls.md", "scaling.md#the-skeleton"), undefined);
});
