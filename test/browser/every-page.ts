import type { Browser, BrowserContextOptions } from "playwright-core";
import { newVisitor } from "../support/browser.ts";
import { PDF, PICTURE } from "./files.ts";
import { signUp, writeNote } from "./people.ts";
import type { Skeleton } from "./skeleton-process.ts";

/** Every page of the skeleton, by who sees it, with something of every kind on it. */
export interface EveryPage {
  readonly anonymous: readonly string[];
  readonly personal: readonly string[];
  /** Cookies of the person whose notes these are. */
  readonly storageState: Exclude<NonNullable<BrowserContextOptions["storageState"]>, string>;
}

const REPORT_PAGES = ["/reports", "/reports?span=fortnight"];

/** Fills an empty skeleton: a person, a note with files, and reports of browsers. */
export async function fillEveryPage(browser: Browser, app: Skeleton): Promise<EveryPage> {
  const { origin, reportsAreOpen } = app;
  const author = await newVisitor(browser);
  const { email } = await signUp(author, origin);
  await writeNote(author, origin, "On the engine", "It weaves algebraic patterns.\n".repeat(5));
  await author.goto(`${origin}/notes`);
  const note = (await author.getByRole("link", { name: "On the engine" }).getAttribute("href")) ?? "";
  await author.goto(`${origin}${note}/edit`);
  await author.getByLabel("Files").setInputFiles([PICTURE, PDF]);
  await author.getByRole("button", { name: "Save note" }).click();
  const file =
    (await author.getByRole("link", { name: PICTURE.name, exact: true }).getAttribute("href")) ?? "";
  await author.request.post(`${origin}/browser-reports`, {
    headers: { "Content-Type": "application/reports+json" },
    data: someReports(origin),
  });
  if (!reportsAreOpen) await app.makeAdmin(email);
  const storageState = await author.context().storageState();
  await author.context().close();
  const [openReports, adminReports] = reportsAreOpen ? [REPORT_PAGES, []] : [[], REPORT_PAGES];
  return {
    anonymous: ["/", "/signup", "/login", "/missing", ...openReports],
    personal: ["/", "/missing", ...personalPages(note, file), ...adminReports],
    storageState,
  };
}

function personalPages(note: string, file: string): readonly string[] {
  const ofNotes = ["/notes", "/notes/new", note, `${note}/edit`, `${note}/delete`, `${file}/delete`];
  return [...ofNotes, "/account", "/account/delete"];
}

function someReports(origin: string): readonly object[] {
  const violation = (blockedURL: string, disposition: string): object => ({
    type: "csp-violation",
    url: `${origin}/notes`,
    body: { blockedURL, disposition, effectiveDirective: "img-src" },
  });
  return [
    violation("https://images.example/a.png", "enforce"),
    violation("data", "report"),
    violation("chrome-extension", "enforce"),
    { type: "deprecation", url: `${origin}/`, body: { id: "UnloadHandler" } },
  ];
}
