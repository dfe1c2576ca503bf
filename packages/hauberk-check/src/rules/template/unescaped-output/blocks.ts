/** A place in a template behind which names are those of an item: of which list, as the route gave it. */
export interface Block {
  readonly from: number;
  /** Nothing behind the last block's end. */
  readonly list: string | undefined;
}

const TAG =
  /\{\{~?[#/]\s{0,9}([\w$-]{1,60})(?:\s{1,9}(?:this\.|@root\.|\.\.\/)?([\w$]{1,60})[\w$.]{0,100})?/g;

/** A megabyte of `{{#if a}}` ends. */
const MAX_DEPTH = 20;

/** What `{{#each posts}}`, `{{#with post}}` and `{{#posts}}` of Handlebars and Mustache go through, the outermost of them deciding. */
export function blocksIn(text: string): readonly Block[] {
  const found: Block[] = [];
  const open: (string | undefined)[] = [];
  for (const match of text.matchAll(TAG)) {
    const [tag, name, given] = match;
    if (tag.includes("/") && !tag.includes("#")) open.pop();
    else open.push(name === "each" || name === "with" ? given : given === undefined ? name : undefined);
    found.push({
      from: match.index + tag.length,
      list: open.slice(0, MAX_DEPTH).find((one) => one !== undefined),
    });
  }
  return found;
}

/** The list that a place of the template is inside of; asked for each of a hundred thousand places. */
export function listAround(at: number, blocks: readonly Block[]): string | undefined {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.from ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return blocks[low - 1]?.list;
}
