/** Words without which a file can neither set up an Express app nor handle a request. */
const RELEVANT =
  /\bexpress\b|\.use\s*\(|\breq(?:uest)?\.(?:body|query|params|headers|cookies|session|user|get|header|ip|file|url|host)|\bres(?:ponse)?\.(?:send|json|render|redirect|cookie|set|status|header|write|end|locals)|createServer|process\.set[ug]id|jsonwebtoken|rejectUnauthorized|helmet|passport|multer|PRIVATE KEY|insecureHTTPParser|TLS_REJECT|\bSequelize\b|createPool\b|MongoClient|nodemailer|\bknex\b|createConnection\b|\bDataSource\b|mongoose\.connect\b|\$where\b|:\/\/\w{0,40}:[^\s"'@/]{1,60}@|(?:Key|_key)["']?\s*[:=]\s*["'][^"'\s]{10}|(?:[Ss]ecret|SECRET|[Tt]oken|TOKEN|[Pp]ass(?:word|wd)?|PASS(?:WORD|WD)?|[Pp]wd|PWD|_KEY)["'\]]{0,2}(?::\s*string)?\s*(?:[:=]|\|\||\?\?)\s*["'`][^"'`\s$]{4,200}["'`]/;

const FRONT_END =
  /from\s*["'](?:react|react-dom|vue|svelte|@angular\/[\w-]+|preact|solid-js|next\/[\w-]+)["']|require\(["'](?:react|vue)["']\)/;

const EXPRESS = /["'](?:express|@feathersjs\/express)["']/;

const SPECIFIER = /(?:\bfrom|\brequire\(|\bimport\(|\bimport)\s*["']([^"'\n]+)["']/g;

/** Whether the file names Express itself. */
export const namesExpress = (text: string): boolean => EXPRESS.test(text);

/** Whether the file is worth parsing: it may set up an app or handle a request, and is not a page of the front end. */
export const isWorthReading = (text: string): boolean =>
  RELEVANT.test(text) && (namesExpress(text) || !FRONT_END.test(text));

const REQUEST =
  /\breq(?:uest)?\s*[.,:)]|\bctx\b|\bresolvers\b|\brootValue\b|\b(?:Query|Mutation) ?[:,}]|["'](?:socket\.io|ws|express-ws)["']/;

/** Whether what the file imports may be handed request data, or what a socket or a GraphQL query says. */
export const handlesRequests = (text: string): boolean => REQUEST.test(text);

const QUERIES = /\bSELECT\s|\bINSERT INTO\b|\bDELETE FROM\b/;
const UPDATES = /\bUPDATE\s[^;\n]{1,80}\sSET\s/;
const OUTSIDE =
  /Raw(?:Unsafe)?\(|child_process|\beval\(|\bFunction\(|["'](?:node:)?(?:vm|fs|fs\/promises|fs-extra|http|https|axios|got|node-fetch|undici|request|needle|superagent|mongoose|mongodb|mongojs|monk|sequelize|typeorm|shelljs|execa|mathjs|js-yaml|jsonwebtoken|jwt-decode|jose)["']|\bfetch\(|\bcreateHash\(|\.(?:findOne|create|update|insert|redirect)\(/;

/** Whether the file itself reaches a database, a program, a file or another machine, or has an expression that repeats in itself. */
export const reachesOutside = (text: string): boolean =>
  [OUTSIDE, QUERIES, UPDATES, NESTED].some((one) => one.test(text));

const NESTED = /[+*?}]\)[+*][^+*=]/;

export const isServerCode = (text: string): boolean => !FRONT_END.test(text);

/** What the file imports, without parsing it. */
export const specifiersIn = (text: string): readonly string[] =>
  text.length > 200_000 ? [] : [...text.matchAll(SPECIFIER)].map((match) => match[1] ?? "");
