import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { startAttacker } from "../support/attacker.ts";
import { launchBrowser, newVisitor } from "../support/browser.ts";
import { createCertificate } from "../support/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { fileOf } from "../support/run-child.ts";
import { scratchFolder } from "../support/scratch.ts";
import { startServer } from "../support/server-process.ts";

/** A service that signs people in and posts the result back, as SAML and `response_mode=form_post` do. */
const signIn = await startAttacker({ after }, { tls: true });
const SIGN_IN_HOST = "login.evil.test";
const plainPort = await freePort();
const folder = scratchFolder({ after });
const [TLS_CERT, TLS_KEY] = [join(folder, "cert.pem"), join(folder, "key.pem")];
const { cert, key } = createCertificate(["app.test"]);
writeFileSync(TLS_CERT, cert);
writeFileSync(TLS_KEY, key);
const SIGN_IN_ORIGIN = signIn.url("", SIGN_IN_HOST);

/** Starts the application; gives its origin. */
async function startPages(token: "always" | "fallback", plain: number): Promise<string> {
  const env = { TLS_CERT, TLS_KEY, SIGN_IN_ORIGIN, CSRF_TOKEN: token, PLAIN_PORT: String(plain) };
  const { port } = await startServer({ after }, fileOf("../apps/pages.ts", import.meta.url), { env });
  return `https://app.test:${port}`;
}

const origin = await startPages("always", plainPort);
const browser = await launchBrowser();
after(() => browser.close());

async function openApp(): Promise<Page> {
  const page = await newVisitor(browser);
  await page.goto(`${origin}/app`);
  await page.waitForFunction("window.send");
  return page;
}

/** What the page's own `send("/act", ...)` was answered. */
const act = (page: Page, how = "send"): Promise<string> =>
  page.evaluate<string>(`${how}("/act", { method: "POST" }).then((answer) => answer.text())`);

test("a page without a token is refused where every request needs one", async () => {
  const page = await openApp();
  assert.doesNotMatch(await act(page, "fetch"), /accepted/);
  await page.context().close();
});

test("a page that sends by the helper is accepted, as a visitor and after its log-in", async () => {
  const page = await openApp();
  assert.match(await act(page), /accepted \d+, visitor/);
  assert.match(await act(page), /accepted \d+, visitor/);
  assert.equal(
    await page.evaluate(`send("/login", { method: "POST" }).then((answer) => answer.text())`),
    "logged in",
  );
  assert.match(await act(page), /accepted \d+, ada/, "the old token was worth nothing any more");
  await page.context().close();
});

test("requests at the same moment ask for one token, as a visitor's second one would belong to another cookie", async () => {
  const page = await openApp();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const answers = await page.evaluate<string[]>(
    `Promise.all([1, 2, 3, 4].map(() => send("/act", { method: "POST" }).then((answer) => answer.text())))`,
  );
  for (const answer of answers) assert.match(answer, /accepted/);
  assert.equal(asked.filter((path) => path === "/csrf-token").length, 1);
  await page.context().close();
});

test("a body of form data arrives with its token before it is read", async () => {
  const page = await openApp();
  const status = await page.evaluate<number>(
    `(() => { const body = new FormData(); body.append("file", new Blob(["x"]), "x.txt");
      return send("/act", { method: "POST", body }).then((answer) => answer.status); })()`,
  );
  assert.equal(status, 200);
  await page.context().close();
});

test("another origin cannot read the token", async () => {
  const page = await newVisitor(browser);
  signIn.page("/thief", "<title>thief</title>");
  await page.goto(signIn.url("/thief", "sub.app.test"));
  for (const mode of ["cors", "no-cors"]) {
    const read = await page.evaluate<string>(
      `fetch("${origin}/csrf-token", { mode: "${mode}", credentials: "include" }).then((answer) => answer.text(), () => "nothing")`,
    );
    assert.equal(read, "nothing");
  }
  await page.context().close();
});

for (const [button, accepted] of [
  ["Any", true],
  ["Own", true],
  ["Of another form", false],
  ["None", false],
] as const) {
  test(`a form with the token "${button}" is ${accepted ? "accepted" : "refused"}`, async () => {
    const page = await newVisitor(browser);
    await page.goto(`${origin}/form`);
    await page.getByRole("button", { name: button, exact: true }).click();
    await page.waitForURL(`${origin}/act`);
    assert.equal(/accepted/.test(await page.content()), accepted);
    await page.context().close();
  });
}

test("an address typed without https leads to https, and the form there works", async () => {
  const page = await newVisitor(browser);
  await page.goto(`http://app.test:${plainPort}/form?from=paper`);
  assert.equal(page.url(), `${origin}/form?from=paper`);
  await page.getByRole("button", { name: "Any", exact: true }).click();
  assert.match(await page.content(), /accepted/);
  await page.context().close();
});

test("a sign-in service that was named may post its result", async () => {
  const page = await newVisitor(browser);
  const trusting = await startPages("fallback", await freePort());
  signIn.page("/done", `<form method="post" action="${trusting}/signed-in"><button>Go on</button></form>`);
  await page.goto(signIn.url("/done", SIGN_IN_HOST));
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL(`${trusting}/signed-in`);
  assert.match(await page.content(), /signed in elsewhere/);
  await page.context().close();
});
