export interface Service {
  readonly name: string;
  readonly image: string;
  readonly text: string;
  /** Where its text begins in the file. */
  readonly start: number;
  /** What it publishes on every interface, with its place in the file: the port inside, "27017". */
  readonly published: readonly { readonly port: string; readonly start: number; readonly end: number }[];
}

/** The services of a compose file that say all of themselves; those that are made of others are left out. */
export const servicesOf = (text: string): readonly Service[] =>
  allServicesOf(text).filter((one) => !/^[ \t]+(?:<<|extends|env_file):/m.test(one.text));

/** The services of a compose file, each with what stands under its name. */
export function allServicesOf(text: string): readonly Service[] {
  const from = /^services:[ \t]*\r?$/m.exec(text);
  if (from === null) return [];
  const at = from.index + from[0].length;
  const end = /^\w/m.exec(text.slice(at))?.index ?? text.length;
  const body = text.slice(at, at + end);
  const indent = /^([ \t]+)[\w.-]+:/m.exec(body)?.[1];
  if (indent === undefined) return [];
  const heads = [...body.matchAll(/^([ \t]+)([\w.-]+):[ \t]*(?:#[^\n]*)?\r?$/gm)].filter(
    ([, space]) => space === indent,
  );
  return heads.flatMap((head, i) => {
    const start = at + head.index;
    const own = text.slice(start, at + (heads[i + 1]?.index ?? body.length));
    const image = /^[ \t]+image:[ \t]*["']?([^\s"'#]+)/m.exec(own)?.[1] ?? "";
    return [{ name: head[2] ?? "", image, text: own, start, published: publishedIn(own, start) }];
  });
}

/** `- "27017:27017"`, `ports: ['6379:6379']`; what is bound to this machine is not published. */
function publishedIn(text: string, offset: number): Service["published"] {
  const section = /^[ \t]+ports:[^\n]*(?:\n[ \t]*-[^\n]*)*/m.exec(text);
  if (section === null) return [];
  const long = /^[ \t]+-[ \t]+target:[ \t]*(\d{1,5})[ \t]*\r?\n[ \t]+published:[ \t]*["']?\d/m.exec(text);
  if (long !== null && !/host_ip:[ \t]*["']?127\./.test(text))
    return [{ port: long[1] ?? "", start: offset + long.index, end: offset + long.index + long[0].length }];
  return [...section[0].matchAll(/["'[\s](?:0\.0\.0\.0:)?\d{1,5}:(\d{1,5})(?=["'\],\s/]|$)/g)].map(
    (match) => {
      const start = offset + section.index + match.index + 1;
      return { port: match[1] ?? "", start, end: start + match[0].length - 1 };
    },
  );
}
