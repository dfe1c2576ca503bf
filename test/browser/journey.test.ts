import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { fillAndSend, logIn, newPerson, noteTitles, signUp, writeNote } from "./people.ts";
import { startSkeleton } from "./skeleton.ts";

const { origin } = await startSkeleton({ after });
const browser = await launchBrowser();
after(() => browser.close());

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

  test(`signs up, keeps notes and logs out, ${how}`, async (t) => {
    const page = await newVisitor(browser, { javaScriptEnabled });
    const main = page.locator("main");

    await t.test("shows what is wrong with the sign-up form, and keeps what was typed", async () => {
      await page.goto(`${origin}/signup`);
      await fillAndSend(page, { email: "not an address", password: "short" }, "Create account");
      await page.getByRole("alert").waitFor();
      assert.equal(await page.getByLabel("E-mail").inputValue(), "not an address");
      assert.equal(await page.getByLabel("Password").inputValue(), "", "a password is never sent back");
      assert.equal(await page.getByLabel("E-mail").getAttribute("aria-invalid"), "true");
    });

    const person = await signUp(page, origin);

    await t.test("refuses a note without a title, and keeps its text", async () => {
      await page.goto(`${origin}/notes/new`);
      await page.getByLabel("Note", { exact: true }).fill("a text without a title");
      await page.getByRole("button", { name: "Save note" }).click();
      await page.getByRole("alert").waitFor();
      assert.equal(await page.getByLabel("Note", { exact: true }).inputValue(), "a text without a title");
    });

    await t.test("creates a note and lists it", async () => {
      await writeNote(page, origin, "First note", "line one\nline two");
      assert.deepEqual(await noteTitles(page, origin), ["First note"]);
    });

    await t.test("edits the note", async () => {
      await page.getByRole("link", { name: "First note" }).click();
      await page.getByRole("link", { name: "Edit" }).click();
      assert.equal(await page.getByLabel("Note", { exact: true }).inputValue(), "line one\nline two");
      await page.getByLabel("Title").fill("Changed note");
      await page.getByRole("button", { name: "Save note" }).click();
      await page.getByRole("heading", { name: "Changed note" }).first().waitFor();
    });

    await t.test("shows markup in a note as text", async () => {
      const markup = `<script>window.pwned = 1</script><img src=x onerror="window.pwned = 1">`;
      await writeNote(page, origin, markup, `${markup} #{7*7} {{7*7}}`);
      assert.equal(await page.getByRole("heading", { name: markup }).count(), 1);
      assert.equal(await main.locator("script, img").count(), 0);
      assert.ok((await main.innerText()).includes("#{7*7} {{7*7}}"));
      if (javaScriptEnabled) assert.equal(await page.evaluate("window.pwned"), undefined);
    });

    await t.test("deletes a note after asking", async () => {
      await page.goto(`${origin}/notes`);
      await page.getByRole("link", { name: "Changed note" }).click();
      await page.getByRole("link", { name: "Delete" }).click();
      await page.getByRole("button", { name: "Delete note" }).click();
      assert.ok(!(await noteTitles(page, origin)).includes("Changed note"));
    });

    await t.test("hides the session from scripts and keeps it from everything but this host", async () => {
      const cookies = await page.context().cookies();
      for (const { name, httpOnly, secure, sameSite, domain, path } of cookies) {
        assert.match(name, /^__Host-/);
        assert.deepEqual(
          { httpOnly, secure, sameSite, domain, path },
          {
            httpOnly: true,
            secure: true,
            sameSite: "Lax",
            domain: new URL(origin).hostname,
            path: "/",
          },
        );
      }
      assert.ok(cookies.length > 0);
      if (javaScriptEnabled) assert.equal(await page.evaluate("document.cookie"), "");
    });

    await t.test("shows nothing private after logging out, not with the back button either", async () => {
      await page.goto(`${origin}/account`);
      assert.ok((await main.innerText()).includes(person.email));
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByRole("link", { name: "Log in" }).first().waitFor();
      for (let steps = 0; steps < 3; steps += 1) {
        await page.goBack().catch(() => undefined);
        assert.ok(!(await page.content()).includes(person.email), page.url());
      }
    });

    await t.test("asks who it is before it shows notes, and goes on there after the log-in", async () => {
      await page.goto(`${origin}/notes`);
      assert.match(page.url(), /\/login/);
      await fillAndSend(page, person, "Log in");
      await page.waitForURL(`${origin}/notes`);
    });

    await page.context().close();
  });
}

test("tells a wrong password from a right one, and not from an unknown address", async () => {
  const page = await newVisitor(browser);
  const person = await signUp(page, origin);
  await page.getByRole("button", { name: "Log out" }).click();
  const answers: string[] = [];
  for (const attempt of [{ ...person, password: "a wrong password indeed" }, newPerson()]) {
    await page.goto(`${origin}/login`);
    await fillAndSend(page, attempt, "Log in");
    answers.push(await page.getByRole("alert").innerText());
  }
  assert.equal(answers[0], answers[1]);
  await logIn(page, origin, person);
  await page.context().close();
});

test("keeps one person's notes from another", async () => {
  const [page, strangers] = [await newVisitor(browser), await newVisitor(browser)];
  await signUp(page, origin);
  await writeNote(page, origin, "Private note", "nobody else reads this");
  await page.goto(`${origin}/notes`);
  const address = await page.getByRole("link", { name: "Private note" }).getAttribute("href");
  await signUp(strangers, origin);
  for (const path of ["", "/edit", "/delete"]) {
    const answer = await strangers.goto(`${origin}${address}${path}`);
    assert.equal(answer?.status(), 404, "a note of somebody else is a note that does not exist");
    assert.ok(!(await strangers.content()).includes("nobody else reads this"));
  }
  await Promise.all([page.context().close(), strangers.context().close()]);
});

test("copies a command of the start page, by a script that the policy and its digest let run", async () => {
  const page = await newVisitor(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  const script = page.locator("script[src]");
  await page.goto(origin);
  const first = page.locator(".command").first();
  const command = await first.locator("code").textContent();
  await first.getByRole("button", { name: "Copy" }).click();
  await first.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate("navigator.clipboard.readText()"), command);
  assert.match((await script.getAttribute("integrity")) ?? "", /^sha256-.{44}$/);
  await page.context().close();
});

test("a script that was changed on its way does not run", async () => {
  const page = await newVisitor(browser);
  await page.route(/copy\.js/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: `${await answer.text()};document.title = "changed"` });
  });
  await page.goto(origin, { waitUntil: "load" });
  assert.notEqual(await page.title(), "changed");
  assert.equal(await page.getByRole("button", { name: "Copy" }).count(), 0);
  await page.context().close();
});
