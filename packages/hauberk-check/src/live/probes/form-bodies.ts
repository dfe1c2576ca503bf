import { isToken, type Form } from "../pages.ts";

/** What the body says in the place of the token. */
export type Token = "own" | "missing" | "made-up" | "another visitor's";

/** One way to send the fields of a form. */
export interface BodyKind {
  readonly name: string;
  readonly contentType: string;
  /** Browsers ask the server before a page of another site may send this type. */
  readonly isAskedFirst: boolean;
  /** Forms are sent as this; others may be refused for how their text is written, whoever sent it. */
  readonly isOfForms: boolean;
  readonly encode: (pairs: readonly (readonly [string, string])[]) => string;
}

const BOUNDARY = "hauberkcheck7f3a";
const toJson = (pairs: readonly (readonly [string, string])[]): string =>
  JSON.stringify(Object.fromEntries(pairs));

/** The types a page of another site can send without asking, then the one it has to ask for. */
export const BODY_KINDS: readonly BodyKind[] = [
  {
    name: "application/x-www-form-urlencoded",
    contentType: "application/x-www-form-urlencoded",
    isAskedFirst: false,
    isOfForms: true,
    encode: (pairs) => new URLSearchParams(Object.fromEntries(pairs)).toString(),
  },
  {
    name: "multipart/form-data",
    contentType: `multipart/form-data; boundary=${BOUNDARY}`,
    isAskedFirst: false,
    isOfForms: true,
    encode: (pairs) =>
      `${pairs.map(([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")}--${BOUNDARY}--\r\n`,
  },
  {
    name: "text/plain",
    contentType: "text/plain",
    isAskedFirst: false,
    isOfForms: false,
    encode: (pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("\r\n"),
  },
  {
    name: "JSON as text/plain",
    contentType: "text/plain",
    isAskedFirst: false,
    isOfForms: false,
    encode: toJson,
  },
  {
    name: "application/json",
    contentType: "application/json",
    isAskedFirst: true,
    isOfForms: false,
    encode: toJson,
  },
];

/** Fields stay empty but for the hidden ones; `theirs` is the same form as another visitor got it. */
export function fieldsOf(
  form: Form,
  token: Token,
  theirs: Form | undefined,
): readonly (readonly [string, string])[] {
  return form.fields.flatMap((one): [string, string][] => {
    if (!isToken(one)) return [[one.name, one.type === "hidden" ? one.value : ""]];
    if (token === "missing") return [];
    if (token === "own") return [[one.name, one.value]];
    const other = theirs?.fields.find((field) => field.name === one.name)?.value;
    return [[one.name, token === "made-up" || other === undefined ? "x".repeat(one.value.length) : other]];
  });
}
