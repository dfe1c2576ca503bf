export interface HiddenCharacter {
  readonly line: number;
  readonly column: number;
  /** Such as "U+200B". */
  readonly codePoint: string;
}

// Cc control and Cf format characters (zero-width, bidirectional, tags), every space but U+0020, line and paragraph
// separators, private use, variation selectors, and letters that are drawn as nothing.
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Variation_Selector}]|\u{115F}|\u{1160}|\u{17B4}|\u{17B5}|\u{3164}|\u{FFA0}/u;
const ALLOWED = new Set(["\n", "\t", " "]);

/** Every character of a text that does not show, or shows as an ordinary space. A carriage return counts. */
export function findHiddenCharacters(text: string): HiddenCharacter[] {
  return text.split("\n").flatMap((content, index) =>
    Array.from(content).flatMap((character, column) => {
      if (ALLOWED.has(character) || !HIDDEN.test(character)) return [];
      const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      return [{ line: index + 1, column: column + 1, codePoint: `U+${hex}` }];
    }),
  );
}
