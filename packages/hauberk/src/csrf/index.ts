export { decideFromHeaders, type CsrfFacts, type CsrfVerdict } from "./decide.ts";
export type { CsrfOptions } from "./options.ts";
export { issueToken, verifyToken } from "./token.ts";
