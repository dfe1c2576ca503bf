export interface Form {
  readonly start: number;
  /** Length of the opening tag. */
  readonly head: number;
  readonly text: string;
}

/** The forms of a template that send a POST to the app itself. */
export function postForms(path: string, text: string): readonly Form[] {
  return (/\.(?:pug|jade)$/.test(path) ? pugForms(text) : htmlForms(text)).filter((form) => {
    const head = form.text.slice(0, form.head);
    return (
      /method\s*=\s*["']?post/i.test(head) &&
      !/action\s*=\s*["']?https?:/i.test(head) &&
      !(SENT_BY_SCRIPT.test(head) && !/\baction\s*=/i.test(head))
    );
  });
}

/** What frameworks in the browser write where a function sends the form, and the browser does not. */
const SENT_BY_SCRIPT =
  /(?:ng-submit|\(ngSubmit\)|(?:@|v-on:|x-on:)submit\.prevent[\w.]*|data-ng-submit)['"]?\s*=|onsubmit\s*=\s*["'][^"']{0,200}return\s+false/;

function htmlForms(text: string): readonly Form[] {
  return [...text.matchAll(/<form\b[^>]{0,2000}>/gi)].map((match) => {
    const close = text.indexOf("</form", match.index);
    return {
      start: match.index,
      head: match[0].length,
      text: text.slice(match.index, close === -1 ? text.length : close),
    };
  });
}

function pugForms(text: string): readonly Form[] {
  return [...text.matchAll(/^([ \t]*)form(?:[.#][\w-]+)*\([^)]{0,2000}\)/gm)].map((match) => {
    const indent = match[1]?.length ?? 0;
    const start = match.index + indent;
    const rest = text.slice(match.index + match[0].length);
    const end = rest.search(new RegExp(String.raw`\n[ \t]{0,${String(indent)}}\S`));
    return {
      start,
      head: match[0].length - indent,
      text: match[0].slice(indent) + (end === -1 ? rest : rest.slice(0, end)),
    };
  });
}
