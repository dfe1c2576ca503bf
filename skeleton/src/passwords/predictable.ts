/**
 * Words that open nearly every list of leaked passwords. The check below also refuses them repeated, decorated with
 * digits and years, joined with one another's parts, and written with look-alike characters.
 */
const COMMON_WORDS: readonly string[] = (
  "password passwort passw0rd passwd pass contrasena motdepasse senha parola wachtwoord secret " +
  "letmein welcome login admin administrator " +
  "root guest user default changeme master access system server computer internet test testing tester sample " +
  "temp temporary iloveyou loveyou lovely love sunshine princess dragon monkey football baseball basketball " +
  "soccer hockey superman batman spiderman pokemon starwars trustno shadow michael jordan jennifer jessica " +
  "ashley daniel charlie thomas andrew robert matthew nicole summer winter autumn spring freedom whatever " +
  "killer hunter ranger buster pepper ginger cookie cheese chocolate flower butterfly angel jesus christ " +
  "blessed forever friends family mother father brother sister hello please sorry thank google facebook " +
  "youtube linkedin twitter instagram samsung apple microsoft windows android yankees liverpool arsenal " +
  "chelsea barcelona juventus america london germany france india mustang ferrari porsche mercedes harley " +
  "corvette diamond silver golden purple orange banana company office manager private public security secure " +
  "january february march april june july august september october november december monday tuesday wednesday " +
  "thursday friday saturday sunday correcthorsebatterystaple"
)
  .split(" ")
  .toSorted(longestFirst);

/** What people's fingers do: rows, columns and zigzags of the keyboard, the alphabet and the digits. */
const RUNS: readonly string[] = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiop",
  "yxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
  "1q2w3e4r5t6y7u8i9o0p",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "zaq12wsxcde34rfv",
  "qazwsxedcrfvtgbyhnujmikolp",
  "!@#$%^&*()_+",
];
const RUNS_BOTH_WAYS: readonly string[] = RUNS.flatMap((run) => [run, Array.from(run).toReversed().join("")]);
const MIN_RUN = 3;

/** A word an attacker tries first is worth this many characters he has to guess. */
const WORD_WORTH = 4;
/** Fewer than this many characters to guess, after everything foreseeable, and the password is refused. */
const MIN_WORTH = 8;

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  "@": "a",
  "4": "a",
  "3": "e",
  "0": "o",
  $: "s",
  "5": "s",
};

/**
 * Says whether a password is among the first an attacker tries: common words, keyboard runs, repetitions, years and
 * words of this site or account (`contextWords`), alone or put together.
 *
 * It is a rule, not a list of leaked passwords: such lists hold few entries as long as our minimum.
 */
export function isPredictable(password: string, contextWords: readonly string[]): boolean {
  const lower = password.normalize("NFKC").toLowerCase();
  return worth(lower, contextWords) < MIN_WORTH || worth(withoutLookAlikes(lower), contextWords) < MIN_WORTH;
}

function worth(text: string, contextWords: readonly string[]): number {
  const context = contextWords.filter((word) => word.length >= MIN_RUN).toSorted(longestFirst);
  let rest = text;
  for (const word of context) rest = rest.replaceAll(word.toLowerCase(), " ");
  const words = COMMON_WORDS.filter((word) => {
    const found = rest.includes(word);
    if (found) rest = rest.replaceAll(word, " ");
    return found;
  });
  const left = withoutRuns(rest.replaceAll(/(?:19|20)\d\d/g, " ")).replaceAll(/[\s\p{P}]/gu, "");
  return words.length * WORD_WORTH + new Set(left).size;
}

/** Drops every stretch of three or more that is part of a run or one character repeated. */
function withoutRuns(text: string): string {
  let kept = "";
  for (let at = 0; at < text.length;) {
    const length = runLength(text, at);
    if (length < MIN_RUN) kept += text.charAt(at);
    at += length < MIN_RUN ? 1 : length;
  }
  return kept;
}

function runLength(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isRun(text.slice(start, end + 1))) end += 1;
  return end - start;
}

function isRun(piece: string): boolean {
  return RUNS_BOTH_WAYS.some((run) => run.includes(piece)) || piece === piece.charAt(0).repeat(piece.length);
}

function withoutLookAlikes(text: string): string {
  return Array.from(text, (character) => LOOK_ALIKES[character] ?? character).join("");
}

function longestFirst(left: string, right: string): number {
  return right.length - left.length;
}
