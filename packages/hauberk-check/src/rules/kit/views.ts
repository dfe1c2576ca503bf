import type { Program } from "../../model/program.ts";

/** The text of the template that `res.render(view)` means, also of pages of plain HTML, which are not among the files listed. */
export function viewText(program: Program, view: string): string | undefined {
  const page = `${view.replace(/\.html$/, "")}.html`;
  const pages = PLAIN_FOLDERS.map((folder) => `${folder}/${page}`);
  return (
    templateText(program, view) ??
    pages.map((path) => program.files.read(path)).find((one) => one !== undefined)
  );
}

const PLAIN_FOLDERS: readonly string[] = ["views", "app/views", "src/views", "templates", "src/templates"];

/** The same of the templates that are: `error` and `./error.pug` are `views/error.pug`. */
export function templateText({ files }: Program, view: string): string | undefined {
  const plain = view.replace(/^\.{0,2}\//, "");
  const names = [plain, plain.replace(/\.\w{1,12}$/, "")];
  const found = files.list.find((path) => {
    if (!ENGINE.test(path)) return false;
    const bare = path.replace(ENGINE, "");
    return names.some((name) => bare === name || bare.endsWith(`/${name}`));
  });
  return found === undefined ? undefined : files.read(found);
}

const ENGINE = /\.(?:ejs|pug|jade|hbs|handlebars|mustache|njk|nunjucks|html)$/;
