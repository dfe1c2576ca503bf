import { MARK, type Glance } from "../files/glance.ts";

/**
 * Words without which a file can neither set up an Express app nor handle a request. In some expressions, because the engine
 * skips over a text as long as the words of one have few letters in common places: one expression takes twice the time.
 */
const RELEVANT: readonly RegExp[] = [
  /NestFactory|@\w{0,20}[cC]ontroller\(|ExpressServer\s*\(|@Route\(/,
  /rocedure\s*\.(?:input|use|query|mutation)\(|@ts-rest\/express/,
  /\bexpress(?:\.\w|[("'/-])|\breq(?:uest)?\.(?:body|query|params|headers|cookies|session|user|get|header|ip|file|url|host)|\bres(?:ponse)?\.(?:send|json|render|redirect|cookie|set|status|header|write|end|locals)|createServer|process\.set[ug]id|jsonwebtoken|rejectUnauthorized|helmet|passport|multer|insecureHTTPParser|createPool\b|nodemailer|\bknex\s*\(|["']knex["']|createConnection\b|mongoose\.connect\b|equelize\s*[(<]|ongoClient(?:\.connect)?\s*\(|ataSource\s*\(/,
  /\.use\s*\(|PRIVATE KEY|TLS_REJECT|\$where\b|:\/\/\w{0,40}:[^\s"'@/]{1,60}@/,
  /(?:Key|_key|oken|OKEN|_KEY)["'\]]{0,2}(?::\s*string)?\s*(?:[:=]|\|\||\?\?)\s*["'`](?=[^"'`\s$]{6})[^"'`\s$\d]{0,200}\d|(?:aster|ecret|ECRET|ryption|RYPTION|igning|IGNING|rypto|RYPTO|ASTER)_?(?:Key|_key|KEY)["'\]]{0,2}(?::\s*string)?\s*(?:[:=]|\|\||\?\?)\s*["'`][^"'`\s$]{6}|(?:ecret|ECRET|[Pp]ass(?:word|wd)?|PASS(?:WORD|WD)?|[Pp]wd|PWD)["'\]]{0,2}(?::\s*string)?\s*(?:[:=]|\|\||\?\?)\s*["'`][^"'`\s$]{4,200}["'`]/,
];

const FRONT_END =
  /from\s*["'](?:react|react-dom|vue|svelte|@angular\/[\w-]+|preact|solid-js|next\/[\w-]+)["']|require\(["'](?:react|vue)["']\)/;

const EXPRESS = /["'](?:express|@feathersjs\/express)["']/;

const SPECIFIER = /(?:\bfrom|\brequire\(|\bimport\(|\bimport)\s*["']([^"'\n]+)["']/g;

/** What a source says of itself, told from its text alone. Pages of the front end are not worth parsing. */
export function glanceAt(text: string): Glance {
  const namesExpress = EXPRESS.test(text);
  return {
    isWorthReading: namesExpress || (RELEVANT.some((one) => one.test(text)) && !FRONT_END.test(text)),
    namesExpress,
    hasMark: text.includes(MARK),
    specifiers: specifiersIn(text),
  };
}

const REQUEST =
  /\breq(?:uest)?\s*[.,:)]|\bctx\b|\bresolvers\b|\brootValue\b|\b(?:Query|Mutation) ?[:,}]|@\w{0,20}[cC]ontroller\(|@Route\(|["'](?:socket\.io|ws|express-ws)["']/;

const PROCEDURE = /rocedure\s*\.|["']@ts-rest\/express["']/;

/** Whether what the file imports may be handed request data, or what a socket or a GraphQL query says. */
export const handlesRequests = (text: string): boolean => REQUEST.test(text) || PROCEDURE.test(text);

const QUERIES = /\bSELECT\s|\bCREATE TABLE\b|\bINSERT (?:OR )?(?:IGNORE |REPLACE )?INTO\b|\bDELETE FROM\b/;
const UPDATES = /\bUPDATE\s[^;\n]{1,80}\sSET\s/;
const IN_SMALL_LETTERS =
  /\bselect (?:\*|[\w.]{1,40}(?:,| from\b))|\b(?:insert into|delete from) |\bupdate \w{1,40} set /;
const OUTSIDE =
  /Raw(?:Unsafe)?\(|child_process|\beval\(|\bFunction\(|\bDataTypes\b|["'](?:node:)?(?:vm|fs|fs\/promises|fs-extra|http|https|axios|got|node-fetch|undici|request|needle|superagent|mongoose|mongodb|mongojs|monk|sequelize|typeorm|(?:better-)?sqlite3?|node:sqlite|mysql2?(?:\/promise)?|pg|pg-promise|mariadb|mssql|oracledb|shelljs|execa|mathjs|js-yaml|jsonwebtoken|jwt-decode|jose)["']|\bfetch\(|\bcreateHash\(|\bMath\.random\(|\.(?:findOne|create|update|insert|redirect|query|execute)\(/;

/** Whether the file itself reaches a database, a program, a file or another machine, draws a number, merges, or has an expression that repeats in itself. */
export const reachesOutside = (text: string): boolean =>
  [OUTSIDE, QUERIES, UPDATES, IN_SMALL_LETTERS, NESTED, MERGES].some((one) => one.test(text));

/** `merge(target[key], source[key])`. */
const MERGES = /\(\w{1,40}\[\w{1,40}\], ?\w{1,40}\[/;

const NESTED = /[+*?}]\)[+*][^+*=]/;

export const isServerCode = (text: string): boolean => !FRONT_END.test(text);

/** What the file imports, without parsing it. */
const specifiersIn = (text: string): readonly string[] =>
  text.length > 200_000 ? [] : [...text.matchAll(SPECIFIER)].map((match) => match[1] ?? "");
