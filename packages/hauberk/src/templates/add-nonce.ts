/** A `<script>` or `<style>` with its attributes; `>` within quotes does not end it. */
const TAG = /<(?:script|style)(?=[\s/>])((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;

/**
 * Gives every `<script>` and `<style>` of a text the attribute, unless it has a nonce already. Pure.
 *
 * The text is what a developer wrote. Never call it on a finished page: markup that came from a visitor would be trusted.
 */
export function addNonce(text: string, attribute: string): string {
  return text.replace(TAG, (tag: string, attributes: string) => {
    if (/(?:^|[\s"'/])nonce(?=[\s=/>]|$)/i.test(attributes)) return tag;
    const name = /^<\w+/.exec(tag)?.[0] ?? "";
    return `${name} ${attribute}${tag.slice(name.length)}`;
  });
}
