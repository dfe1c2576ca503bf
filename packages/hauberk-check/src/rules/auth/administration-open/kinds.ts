import { printPath } from "../../../model/path-patterns.ts";
import { UNSAFE_METHODS } from "../../../engine/protections.ts";
import type { Program } from "../../../model/program.ts";
import type { Endpoint } from "../../../model/view.ts";
import { keptBy } from "./kept.ts";
import { refusesSomebody } from "./looks.ts";
import { deedOnPeople, listsAddresses, namesPeople } from "./people.ts";
import { reachedFrom } from "./reached.ts";

const OF_ADMINISTRATION = /(?:^|\/)(?:admin|administrator|administration|back-?office)(?:\/|$)/i;
const OF_DEBUGGING = /(?:^|\/)_{0,2}debug(?:\/|$)/i;
const OF_THE_INSIDE = /(?:^|\/)(?:internal|management)(?:\/|$)/i;
const OF_RECORDS =
  /(?:^|\/)(?:audit|audit-?(?:logs?|trail)|(?:system|access|security|error|server)-?logs?)(?:\/|$)/i;
const SPEAKS = [OF_ADMINISTRATION, OF_DEBUGGING, OF_THE_INSIDE, OF_RECORDS];
/** `POST /api/reset-db`. */
export const EMPTIES: RegExp =
  /(?:^|\/)(?:reset|re-?seed|wipe|clear|purge|drop|truncate)[-_]?(?:all[-_]?)?(?:db|database|data|tables|everything)\/?$/i;
const EMPTYING = /reset|seed|wipe|clear|purge|drop|truncate|delete|init|sync/i;
const LIST_OF_USERS = /(?:^|\/)(?:users|accounts)\/?(?:all\/?)?$/i;

/** What a store, the disk or the process has: not a page that is the same for everybody. */
const USES = /\bawait\b|\bprocess\.(?:env|exit|memoryUsage|versions|kill)\b|\bos\.\w|\bdelete [a-z]/;
const ON_A_STORE = /^(?:find|insert|update|delete|remove|destroy|drop|readFile|readdir|writeFile|unlink)/;
const OF_A_STORE =
  /^(?:then|query|execute|exec|each|aggregate|count|countDocuments|create|save|truncate|upsert|prepare|splice|push)$/;
const DATABASE_ASKED = /\b(?:db|database|client|pool|knex|conn|connection)\.(?:all|get|run|any|one|none)\(/;
const METHODS = /\.(\w+)\(/g;

const doesEmpty = (source: string): boolean =>
  /\b(?:DELETE FROM|DROP TABLE|TRUNCATE)\b/i.test(source) ||
  [...source.matchAll(CALLED)].some(([, name = ""]) => EMPTYING.test(name));
const CALLED = /\b(\w+)\(/g;

const usesData = (source: string): boolean =>
  USES.test(source) ||
  DATABASE_ASKED.test(source) ||
  [...source.matchAll(METHODS)].some(([, name = ""]) => ON_A_STORE.test(name) || OF_A_STORE.test(name));

const GIVES = /\.(?:json|send|sendStatus|render|download|attachment|end|pipe|redirect)\(/;

/** All of them, whole: `User.find()`, `SELECT * FROM users`. */
const ALL_WHOLE = /(?:user|account|member)s?\.(?:find|findAll|findMany|all|getAll)\((?:\{ ?\})?[,)]/i;
const ALL_ROWS = /select \* from ["'`]?(?:users?|accounts?)(?:["'`;]| order| limit)/i;
const CHOSEN = /\.select\(|attributes\s?:|projection|\.map\(|\bselect\s?:|isPublic|\.project\(/;
const CHOSEN_ADDRESS = /\be_?mail\b|\.select\(\s?["'`]\s?-|\bexclude\b/i;
const choosesHarmless = (source: string): boolean => CHOSEN.test(source) && !CHOSEN_ADDRESS.test(source);

const OF_SOMEBODY =
  /(?:^|\/)(?:bank-?)?(?:accounts?|transactions?|balances?|statements?|payments?|invoices?|orders?|messages?|loans?|cards?|salary|salaries|prescriptions?)(?:\/|$)/i;
/** `WHERE user_id = ${userId}`, `Order.find({ userId: req.query.userId })`. */
const OF_A_USER: readonly RegExp[] = [
  /\bWHERE [`"]?(?:\w\.)?(?:user|owner|customer|member)_?id\b/i,
  /\.(?:find|findAll|findMany)\(\{ ?(?:where: ?\{ ?)?(?:user|owner|customer|member)(?:_?id)?: ?\w+\.(?:query|params)\b/i,
];

/** What the path and the query say belongs to one user, for whoever names that user. */
const showsOneUsers = (method: string, path: string, source: string): boolean =>
  method === "get" &&
  OF_SOMEBODY.test(path) &&
  /\b(?:query|params)\b/.test(source) &&
  OF_A_USER.some((one) => one.test(source));

/** `PUT /admin/settings`, `GET /api/admin/users`: what the path says only administrators do. */
export const isOfAdministration = ({ paths }: Endpoint): boolean => OF_ADMINISTRATION.test(printPath(paths));

/** What an open route of this path and handler is, where it is one that should not be open. */
export function kindOf(route: Endpoint, withUsers: boolean, program: Program): string | undefined {
  const { paths, method, parts } = route;
  const path = printPath(paths);
  const { facts, fn } = parts.at(-1) ?? {};
  const source = facts?.source ?? "";
  if (!GIVES.test(source)) return undefined;
  const isList = withUsers && method === "get" && LIST_OF_USERS.test(path);
  const reached = withUsers && fn !== undefined && namesPeople(path) ? reachedFrom(fn, program) : source;
  if (reached !== source && refusesSomebody(reached)) return undefined;
  if (isList && (ALL_WHOLE.test(reached) || ALL_ROWS.test(reached)) && !choosesHarmless(reached))
    return "lists every account";
  if (isList && listsAddresses(reached)) return "lists every account";
  if (withUsers && showsOneUsers(method, path, source) && usesData(source))
    return "shows what belongs to one user to whoever names that user";
  if (withUsers && EMPTIES.test(path) && doesEmpty(source)) return "empties what the application keeps";
  const deed = withUsers && !OF_ADMINISTRATION.test(path) ? deedOnPeople(route, program, reached) : undefined;
  if (deed !== undefined) return deed;
  if (!isList && !SPEAKS.some((one) => one.test(path))) return undefined;
  const kept = fn === undefined ? undefined : keptBy(fn, program);
  if (isList && kept?.givesAccounts === true && !CHOSEN.test(source)) return "lists every account";
  if (!usesData(source) && kept?.gives !== true && (method === "get" || kept?.changes !== true))
    return undefined;
  const does = UNSAFE_METHODS.has(method) ? "changes" : "shows";
  if (OF_ADMINISTRATION.test(path)) return `${does} what is the administration's`;
  if (OF_DEBUGGING.test(path)) return `${does} what is inside`;
  if (!withUsers) return undefined;
  if (OF_THE_INSIDE.test(path)) return `${does} what is inside`;
  return OF_RECORDS.test(path) ? `${does} the records of who did what` : undefined;
}
