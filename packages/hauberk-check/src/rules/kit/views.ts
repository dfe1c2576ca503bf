import type { Program } from "../../model/program.ts";

/** The text of the template that `res.render(view)` means. */
export function viewText(program: Program, view: string): string | undefined {
  const file = program.files.list.find((path) => isViewNamed(path, view));
  // Pages of engines that take plain HTML are not among the files listed.
  const pages = PLAIN_FOLDERS.map((folder) => `${folder}/${view.replace(/\.html$/, "")}.html`);
  return [...(file === undefined ? [] : [file]), ...pages]
    .map((path) => program.files.read(path))
    .find((one) => one !== undefined);
}

const PLAIN_FOLDERS: readonly string[] = ["views", "app/views", "src/views", "templates", "src/templates"];

const isViewNamed = (path: string, view: string): boolean =>
  /\.(?:ejs|pug|jade|hbs|handlebars|mustache|njk|html)$/.test(path) &&
  (path.replace(/\.\w+$/, "") === view ||
    path.replace(/\.\w+$/, "").endsWith(`/${view.replace(/\.\w+$/, "")}`));
