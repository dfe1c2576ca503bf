/** The text as a part of a pattern: what the project under check names something may mean something there. */
export const escapeForPattern = (text: string): string =>
  text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
