import { nextTag } from "./tags.ts";

/**
 * Gives every `<script>` and `<style>` of a text the attribute, unless it has a nonce already. Pure.
 *
 * The text is what a developer wrote. Never call it on a finished page: markup that came from a visitor would be trusted.
 */
export function addNonce(text: string, attribute: string): string {
  let [written, from] = ["", 0];
  for (let tag = nextTag(text, 0); tag !== undefined; tag = nextTag(text, tag.end)) {
    const behindName = tag.start + 1 + tag.name.length;
    const attributes = text.slice(behindName, tag.end - 1);
    if (/(?:^|[\s"'/])nonce(?=[\s=/>]|$)/i.test(attributes)) continue;
    written += `${text.slice(from, behindName)} ${attribute}`;
    from = behindName;
  }
  return written + text.slice(from);
}
