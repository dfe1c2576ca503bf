const NAME = /\b(?:user(?:name)?|account|e-?mail(?: address)?|customer|member)\b/i;
const MISSING =
  / (?:not (?:found|exist|registered)|(?:doesn't|doesnt|does not|did not|didn't) exist|is not registered|isn't registered|is unknown)\b/gi;
const NO_SUCH =
  /\b(?:no such|unknown|no) (?:user(?:name)?|account|e-?mail)\b|\b(?:incorrect|wrong) (?:user(?:name)?|e-?mail)\b/i;
const WRONG =
  /\b(?:wrong|invalid|incorrect|bad) password\b|\bpassword (?:is )?(?:wrong|invalid|incorrect|not (?:valid|correct|match)|(?:doesn't|doesnt|does not|did not|didn't) match|mismatch)/i;

/** "User not found", "No account with this e-mail", "Unknown user": nobody has the name. */
const namesNobody = (text: string): boolean =>
  NO_SUCH.test(text) || [...text.matchAll(MISSING)].some(({ index }) => NAME.test(phraseBefore(text, index)));

/** How far before it the name may stand. */
const PHRASE_LENGTH = 40;

/** What stands in front, up to the quote or the end of the sentence before. */
function phraseBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - PHRASE_LENGTH), at);
  return before.split(/[.!?"'`\n]/).at(-1) ?? before;
}

/** Whether both may be said somewhere in a source, told from its text alone. */
export const mayTell = (source: string): boolean => WRONG.test(source) && namesNobody(source);

export const saysUnknown = (text: string): boolean => namesNobody(text) && !/password/i.test(text);

/** Not of what somebody who is signed in types again to change it. */
export const saysWrong = (text: string): boolean =>
  WRONG.test(text.replace(OF_BOTH, "")) &&
  !namesNobody(text) &&
  !/\b(?:current|old|existing|previous|new|confirm)\b/i.test(text);

/** "Wrong name or password" is one text for both. */
const OF_BOTH =
  /\b(?:user(?:name)?|e-?mail|login|account|name)(?: address)? ?(?:or|and|\/|&|,) ?(?:the )?password|password ?(?:or|and|\/|&) ?(?:user|e-?mail|login)/gi;
