/** A window on a small laptop. */
export const DESKTOP = { width: 1280, height: 800 } as const;

/** A small phone. */
export const PHONE = { width: 375, height: 740 } as const;
