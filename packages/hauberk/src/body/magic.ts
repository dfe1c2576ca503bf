/** The file types an upload can be checked for. Types a browser would run (HTML, SVG, XML) are not among them. */
export type UploadType = "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf";

interface Signature {
  readonly extensions: readonly [string, ...string[]];
  readonly matches: (head: Buffer) => boolean;
}

const startsWith =
  (...texts: readonly string[]) =>
  (head: Buffer): boolean =>
    texts.some((text) => head.subarray(0, text.length).equals(Buffer.from(text, "latin1")));

const SIGNATURES: Readonly<Record<UploadType, Signature>> = {
  "image/png": { extensions: [".png"], matches: startsWith("\x89PNG\r\n\x1a\n") },
  "image/jpeg": { extensions: [".jpg", ".jpeg"], matches: startsWith("\xff\xd8\xff") },
  "image/gif": { extensions: [".gif"], matches: startsWith("GIF87a", "GIF89a") },
  "image/webp": {
    extensions: [".webp"],
    matches: (head) => startsWith("RIFF")(head) && startsWith("WEBP")(head.subarray(8)),
  },
  "application/pdf": { extensions: [".pdf"], matches: startsWith("%PDF-") },
};

export const UPLOAD_TYPES = Object.keys(SIGNATURES) as readonly UploadType[];

/** How many bytes of a file must be known before its type is. */
export const HEAD_BYTES = 12;

/**
 * Says what a file is from its first bytes. The name and the Content-Type of a part are the client's words only.
 * @see https://mimesniff.spec.whatwg.org/
 */
export function detectType(head: Buffer): UploadType | undefined {
  return UPLOAD_TYPES.find((type) => SIGNATURES[type].matches(head));
}

/**
 * A name to show and to download under: no folders, no control or direction characters, and the extension of what the
 * file really is. "cute.png\u202egpj.exe" and "page.html" with the bytes of a GIF both end as what they are.
 */
export function displayName(given: string, type: UploadType): string {
  const base = given.split(/[/\\]/).at(-1) ?? "";
  const clean = base
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}<>:"|?*]/gu, "")
    .slice(0, 120)
    // Half of an emoji that the cut went through: encodeURIComponent throws at it, and the download is a 500.
    .replace(/[\uD800-\uDBFF]$/, "");
  const name = trimDots(clean);
  const { extensions } = SIGNATURES[type];
  const lower = name.toLowerCase();
  if (name !== "" && extensions.some((extension) => lower.endsWith(extension))) return name;
  return `${name === "" ? "file" : name}${extensions[0]}`;
}

/** Without dots and spaces at both ends. By hand: `[.\s]+$` looks at every run of dots once for each dot in it. */
function trimDots(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isDotOrSpace(text.charAt(start))) start += 1;
  while (end > start && isDotOrSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isDotOrSpace(character: string): boolean {
  return character === "." || character.trim() === "";
}
