import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Visitor } from "../../support/visitor.ts";

const PASSWORD = "quiet otter maps tundra";

/** Uses the application as a person does: every page and every form once. */
export async function useSkeleton(origin: string): Promise<Visitor> {
  const visitor = new Visitor(origin);
  const email = `${randomUUID()}@example.com`;
  await follow(visitor, "/signup", "/signup", { email, password: PASSWORD });
  await follow(visitor, "/login", "/login", { email, password: PASSWORD });
  const note = await follow(visitor, "/notes/new", "/notes", { title: "<b>first</b>", body: "text" });
  assert.match(await pageAt(visitor, note), /&lt;b&gt;first&lt;\/b&gt;/);
  await follow(visitor, `${note}/edit`, note, { title: "second", body: "text", version: "1" });
  assert.match(await pageAt(visitor, "/notes"), /second/);
  await follow(visitor, `${note}/delete`, `${note}/delete`, {});
  assert.match(await pageAt(visitor, "/account"), new RegExp(email));
  for (const [path, status] of [
    ["/", 200],
    ["/style.css", 200],
    ["/missing", 404],
    ["/healthz", 200],
    ["/readyz", 200],
  ] as const)
    assert.equal((await visitor.visit(path)).status, status, path);
  return visitor;
}

/** Sends a form with its token; returns where the application leads then. */
async function follow(
  visitor: Visitor,
  page: string,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const body = new URLSearchParams({ _csrf: await visitor.tokenOf(page), ...fields });
  const answer = await visitor.visit(action, { method: "POST", body });
  assert.equal(answer.status, 303, `${action}: ${answer.status} ${await answer.text()}`);
  return (answer.headers.get("location") ?? "").replace(/\?.*$/, "");
}

async function pageAt(visitor: Visitor, path: string): Promise<string> {
  const answer = await visitor.visit(path);
  assert.equal(answer.status, 200, path);
  return answer.text();
}
