/** `__dirname` of a file in the project's root; paths below it can be compared without knowing the machine. */
export const ROOT = "/@";
