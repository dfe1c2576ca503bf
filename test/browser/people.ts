import { randomUUID } from "node:crypto";
import type { Locator, Page } from "playwright-core";

/** Somebody with an account. */
export interface Person {
  readonly email: string;
  readonly password: string;
}

/** Somebody nobody has met before. */
export function newPerson(): Person {
  return { email: `ada-${randomUUID().slice(0, 8)}@example.com`, password: `correct horse ${randomUUID()}` };
}

/** Signs up and logs in through the forms, as everybody does. */
export async function signUp(page: Page, origin: string, person: Person = newPerson()): Promise<Person> {
  await page.goto(`${origin}/signup`);
  await fillAndSend(page, person, "Create account");
  await shows(page, page.getByRole("status"));
  await logIn(page, origin, person);
  return person;
}

/** Logs in through the form; ends logged in. */
export async function logIn(page: Page, origin: string, person: Person): Promise<void> {
  await page.goto(`${origin}/login`);
  await fillAndSend(page, person, "Log in");
  await shows(page, page.getByRole("button", { name: "Log out" }));
}

/** Waits for something on a page; when it does not come, the page itself says why: "busy", "too many attempts". */
async function shows(page: Page, expected: Locator): Promise<void> {
  try {
    await expected.waitFor();
  } catch (error) {
    const text = await page.locator("body").innerText();
    throw new Error(`${page.url()} shows: ${text.slice(0, 500)}`, { cause: error });
  }
}

/** Fills in the two fields of the sign-up and log-in forms and sends the form. */
export async function fillAndSend(page: Page, { email, password }: Person, button: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** Writes a note through the form; ends on a page that shows it. */
export async function writeNote(page: Page, origin: string, title: string, body: string): Promise<void> {
  await page.goto(`${origin}/notes/new`);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Note", { exact: true }).fill(body);
  await page.getByRole("button", { name: "Save note" }).click();
  await page.getByRole("heading", { name: title }).first().waitFor();
}

/** The titles on the list of notes. */
export async function noteTitles(page: Page, origin: string): Promise<readonly string[]> {
  await page.goto(`${origin}/notes`);
  return page.locator("main h2 a").allTextContents();
}
