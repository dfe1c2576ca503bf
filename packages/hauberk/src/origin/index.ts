export { decideOrigin, type OriginFacts, type OriginVerdict, type OriginView } from "./decide.ts";
export { parseHost, type ParsedHost } from "./host.ts";
export {
  parseOriginOptions,
  type CanonicalOrigin,
  type OriginOptions,
  type OriginPolicy,
  type ProxyDeclaration,
} from "./options.ts";
export { refusePath, type PathRefusal } from "./path.ts";
