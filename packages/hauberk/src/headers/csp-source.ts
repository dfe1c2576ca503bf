/** What is wrong with one source of a policy: what, and how to write it. */
export interface SourceProblem {
  readonly what: string;
  readonly fix: string;
}

const KEYWORDS = new Set([
  "'self'",
  "'none'",
  "'nonce'",
  "'strict-dynamic'",
  "'report-sample'",
  "'wasm-unsafe-eval'",
  "'unsafe-hashes'",
  "'inline-speculation-rules'",
  "'trusted-types-eval'",
  "'report-sha256'",
  "'report-sha384'",
  "'report-sha512'",
]);

/** These turn the policy off: injected markup runs as if there were none. */
const REFUSED = /^'?(?:unsafe-inline|unsafe-eval)'?$/i;

/** Directives that decide which code runs, or what its relative URLs mean. */
const CODE = new Set([
  "default-src",
  "script-src",
  "script-src-elem",
  "script-src-attr",
  "worker-src",
  // worker-src falls back to it.
  "child-src",
  "object-src",
  "base-uri",
]);

/** Everybody can answer under one of these; a `ws:` source stands for `https:` as well (CSP3, scheme-part matching). */
const ANYBODY = /^(?:\*|(?:https?|wss?):|(?:(?:https?|wss?):\/\/)?\*(?::.*)?|data:|blob:|filesystem:)$/i;

/** Anybody can have a name below one of these: `*.com`. Not so below the names that are kept for networks of one's own. */
const TOP_LEVEL =
  /^(?:[a-z]+:\/\/)?\*\.(?!(?:example|internal|local|localhost|test)(?![a-z0-9-]))[a-z0-9-]+(?:[:/].*)?$/i;

/** An injected `<link rel="stylesheet" href="data:text/css,...">` is an inline style by another name. */
const WRITTEN_IN_THE_PAGE = /^(?:data|blob|filesystem):$/i;

const HASH_LENGTHS = new Map([
  ["sha256", 32],
  ["sha384", 48],
  ["sha512", 64],
]);

const SCHEME = /^[a-z][a-z0-9+.-]*:$/i;
const HOST =
  /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::(?:\d+|\*))?(?:\/[^?#']*)?$/i;

const VALUES: Readonly<Record<string, RegExp>> = {
  sandbox:
    /^allow-(?:downloads|forms|modals|orientation-lock|pointer-lock|popups|popups-to-escape-sandbox|presentation|same-origin|scripts|storage-access-by-user-activation|top-navigation|top-navigation-by-user-activation|top-navigation-to-custom-protocols)$/,
  "require-trusted-types-for": /^'script'$/,
  "trusted-types": /^(?:'none'|'allow-duplicates'|\*|[\w#=@/.%-]+)$/,
};

/**
 * Says what is wrong with one source, or undefined when browsers will understand it and it keeps the policy a policy.
 * @see https://www.w3.org/TR/CSP3/#framework-directive-source-list
 */
export function problemOfSource(directive: string, source: unknown): SourceProblem | undefined {
  if (typeof source !== "string" || !/^[\x21-\x7e]+$/.test(source) || /[;,]/.test(source)) {
    return { what: "is not one source", fix: "one source a string: no spaces, no semicolon, no comma." };
  }
  const values = VALUES[directive];
  if (values !== undefined) {
    return values.test(source)
      ? undefined
      : {
          what: `is not a value of ${directive}`,
          fix: "see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy",
        };
  }
  return problemOfKeyword(source) ?? problemOfReach(directive, source);
}

function problemOfKeyword(source: string): SourceProblem | undefined {
  if (REFUSED.test(source))
    return {
      what: "switches the protection off",
      fix: "give your own script or style the nonce: nonce=cspNonce.",
    };
  const bare = source.replaceAll("'", "");
  const quoted = `'${bare}'`;
  const isKeyword = KEYWORDS.has(quoted.toLowerCase()) || /^(?:nonce|sha256|sha384|sha512)-/i.test(bare);
  if (isKeyword && source !== quoted) return { what: "lacks its quotes", fix: `write "${quoted}".` };
  if (source !== quoted || KEYWORDS.has(source)) return undefined;
  if (/^nonce-/i.test(bare))
    return {
      what: "is a fixed nonce, which everybody can read and use",
      fix: `write "'nonce'": every answer gets its own.`,
    };
  return isHash(bare) ? undefined : notAKeyword(bare);
}

function notAKeyword(bare: string): SourceProblem {
  if (/^sha\d+-/i.test(bare))
    return { what: "is not a hash", fix: "write 'sha256-...', the hash in base64 with its padding." };
  return { what: "is not a keyword", fix: `known keywords are ${[...KEYWORDS].join(" ")}.` };
}

function isHash(bare: string): boolean {
  const [, name = "", value = ""] = /^(sha\d{3})-([A-Za-z0-9+/_-]+={0,2})$/.exec(bare) ?? [];
  return Buffer.from(value, "base64").length === HASH_LENGTHS.get(name);
}

function problemOfReach(directive: string, source: string): SourceProblem | undefined {
  const fix = "name the hosts, for example https://cdn.example.";
  if (CODE.has(directive) && (ANYBODY.test(source) || TOP_LEVEL.test(source)))
    return { what: "lets a script of anybody run", fix };
  if (directive.startsWith("style-src") && WRITTEN_IN_THE_PAGE.test(source))
    return { what: "lets a style of anybody in", fix };
  // Which words there may be between quotes was decided before.
  if (/^'[^']+'$/.test(source) || SCHEME.test(source) || HOST.test(source)) return undefined;
  return {
    what: "is not a source",
    fix: "write a host such as https://cdn.example, a scheme such as data:, or a keyword.",
  };
}
