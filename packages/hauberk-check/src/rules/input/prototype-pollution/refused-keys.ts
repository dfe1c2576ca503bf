/** A key is asked for, by its name or by a function or a list that says what it is about. */
export const refusesKeys = (text: string): boolean =>
  /__proto__|["'`](?:constructor|prototype)["'`]|create\(null\)|new Map\b|safe|forbid|block|danger|deny|denied|reserved|allow|polluti|\bschema/i.test(
    text,
  );
