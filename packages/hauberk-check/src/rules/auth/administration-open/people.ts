import { printPath } from "../../../model/path-patterns.ts";
import type { Program } from "../../../model/program.ts";
import type { Endpoint } from "../../../model/view.ts";

/** Whose names a model or a table has: `User.findById(`, `prisma.user.delete(`, `collection("users").deleteOne(`, `userModel.update(`. */
const PEOPLE = "(?:users?|accounts?|members?|customers?|patients?|students?|employees?|clients?|admins?)";
const RECORDS =
  "(?:transactions?|payments?|invoices?|orders?|purchases?|salary|salaries|payrolls?|loans?|prescriptions?|bank_?accounts?|withdrawals?|refunds?|(?:support|help_?desk)_?tickets?|medical_?records?|bookings?|appointments?|reservations?)";

const called = (names: string, methods: string): RegExp =>
  new RegExp(String.raw`\b${names}(?:_?models?|s?["'\x60]\s?\))?\.(?:${methods})\(`, "i");
const stated = (verb: string, names: string): RegExp =>
  new RegExp(String.raw`\b${verb} [\x60"]?${names}\b`, "i");

const DELETES_ONE =
  "findByIdAnd(?:Delete|Remove)|findOneAnd(?:Delete|Remove)|deleteOne|destroy|delete|remove|splice";
const UPDATES_ONE = "findByIdAndUpdate|findOneAndUpdate|updateOne|update|replaceOne";

const DELETES: readonly RegExp[] = [
  called(PEOPLE, DELETES_ONE),
  stated("delete from", PEOPLE),
  /\b(users|accounts) ?= ?\1\.filter\(/,
  // Where the path names people: `const collection = db.get("users")`.
  /\bcollection\.(?:deleteOne|remove|findOneAndDelete)\(/,
];
const UPDATES: readonly RegExp[] = [called(PEOPLE, UPDATES_ONE), stated("update", PEOPLE)];
const CHANGES_RECORDS: readonly RegExp[] = [
  called(RECORDS, `${DELETES_ONE}|${UPDATES_ONE}`),
  stated("(?:delete from|update)", RECORDS),
];

const some = (patterns: readonly RegExp[], source: string): boolean =>
  patterns.some((one) => one.test(source));

/** Who has the link or the code may do it. */
const BY_LINK =
  /token|otp|secret|signature|unsubscribe|invit|verif|activat|guest|(?:params|query|body)\.(?:code|hash|slug|key)\b/i;
const LINK = /:(?:code|hash|slug|key)\b/i;
/** Which one is said by the request. */
const NAMED = /\b(?:params|query|body)\b/;

/** `PUT /users/:id`, `POST /users/:id/delete`: what is kept of somebody is changed by whoever names him. */
function changed(method: string, path: string, source: string): string | undefined {
  if (LINK.test(path) || BY_LINK.test(path) || BY_LINK.test(source)) return undefined;
  // `clients.delete(id)` of a list of connections says nothing of people, where the path does not; a sign-up may clear up after itself.
  const isDeletion = method === "delete" || (method !== "get" && /delete|remove|destroy/i.test(path));
  if (isDeletion && OF_PEOPLE.test(path) && some(DELETES, source)) return "deletes what is kept of a person";
  if (!/:\w/.test(path) || !(method === "put" || method === "patch" || method === "delete")) return undefined;
  if (some(UPDATES, source) && ENDS_IN_ONE.test(path)) return "changes what is kept of a person";
  return some(CHANGES_RECORDS, source) ? "changes what belongs to somebody" : undefined;
}

const OF_PEOPLE = new RegExp(PEOPLE, "i");
/** `/users/:id`, and not the count of visits below it. */
const ENDS_IN_ONE = new RegExp(
  String.raw`(?:^|/)(?:${PEOPLE}|profiles?|update)(?:/update)?/:\w+(?:/(?:update|edit|profile|role))?/?$`,
  "i",
);

/** What the statements in a handler read: the columns, and what stands behind FROM. */
const readings = (source: string): readonly { readonly columns: string; readonly rest: string }[] =>
  source
    .split(/\bselect\s/i)
    .slice(1)
    .map((one) => {
      const [columns = "", rest = ""] = one.split(/\sfrom\s/i, 2);
      return { columns, rest };
    });

const PERSONAL = /\b(?:e_?mail|phone|address|salary|balance|ssn|birthday|birth_?date)\b/i;
const isTelling = (columns: string): boolean => columns.trim() === "*" || PERSONAL.test(columns);

const WHOLE_TABLE = String.raw`[\x60"]?(?:["'\x60;]|\sorder\s|\slimit\s)`;
const ALL_PEOPLE = new RegExp(String.raw`^[\x60"]?${PEOPLE}${WHOLE_TABLE}`, "i");
const ALL_RECORDS = new RegExp(String.raw`^[\x60"]?${RECORDS}${WHOLE_TABLE}`, "i");
const ONE_OF_PEOPLE = new RegExp(String.raw`^[\x60"]?${PEOPLE}[\x60"]?\swhere\b`, "i");

/** `SELECT id, name, email FROM users`. */
export const listsAddresses = (source: string): boolean =>
  readings(source).some(({ columns, rest }) => isTelling(columns) && ALL_PEOPLE.test(rest));

/** All of a list, with nothing that says which: `Order.find({})`, `SELECT * FROM orders`. */
const listsRecords = (source: string): boolean =>
  LISTS.test(source) ||
  readings(source).some(({ columns, rest }) => columns.trim() === "*" && ALL_RECORDS.test(rest));
const LISTS = new RegExp(
  String.raw`\b${RECORDS}(?:_?models?)?\.(?:find|findAll|findMany)\((?:\{ ?\})?\)`,
  "i",
);
const OF_RECORDS = new RegExp(String.raw`(?:^|/)(?:all-?)?(?:${RECORDS}|tickets)(?:/(?:all|list))?/?$`, "i");

/** One account as it is kept, or with what nobody else should read. */
const findsOne = (source: string): boolean =>
  FINDS_ONE.test(source) ||
  readings(source).some(({ columns, rest }) => isTelling(columns) && ONE_OF_PEOPLE.test(rest));
const FINDS_ONE = called(PEOPLE, "findById|findOne|findByPk|findUnique|findFirst");
const ONE_PERSON = new RegExp(String.raw`(?:^|/)${PEOPLE}/:(?!slug|handle|user_?name|name)\w+/?$`, "i");
const CHOOSES = /\.select\(|attributes\s?:|projection|\bselect\s?:|\.project\(|isPublic|omit|pick\(|public/i;

/** `res.json(user)`, `res.json({ user })`, `res.json({ data: user })`, and the same of rows. */
const givesWhole = (source: string): boolean =>
  source
    .split(/\.(?:json|send)\(/)
    .slice(1)
    .some((given) => WHOLE.test(/^[^}()]*[})]/.exec(given.slice(0, 200))?.[0] ?? ""));
const WHOLE =
  /(?:^|[{,:.\s])(?:user|account|member|customer|patient|student|employee|client|row|rows|result|results|found|doc|data|profile)(?:\[0\])?\s?[,})]/i;

const PERSONAL_FIELD = /\b(?:e_?mail|phone|address|password)\b/i;

function shown(path: string, source: string, program: Program): string | undefined {
  if (!ONE_PERSON.test(path) || !NAMED.test(source) || !findsOne(source)) return undefined;
  if (!givesWhole(source) || (CHOOSES.test(source) && !PERSONAL.test(source))) return undefined;
  if (program.mention(PERSONAL_FIELD) === undefined) return undefined;
  return "shows what is kept of a person to whoever names it";
}

const MOVES_MONEY = /(?:^|\/)(?:transfers?|withdraw(?:al)?s?|send-?money|pay-?outs?)\/?$/i;
const STORES = /\.(?:save|create|insert|update|run|query|execute|push)/;

/** What an open route does with people and with what is theirs, in an app whose users sign in; `reached` is the text of what it calls, too. */
export function deedOnPeople(
  { method, paths, parts }: Endpoint,
  program: Program,
  reached: string,
): string | undefined {
  const path = printPath(paths);
  const source = parts.at(-1)?.facts?.source ?? "";
  if (method === "post" && MOVES_MONEY.test(path) && /\bamount\b/.test(source) && STORES.test(reached))
    return "moves money";
  if (method !== "get") return NAMED.test(source) ? changed(method, path, reached) : undefined;
  if (OF_RECORDS.test(path) && listsRecords(reached)) return "lists what belongs to everybody";
  // What a function makes of an account before it gives it back is not told from its text.
  return shown(path, source, program);
}

/** Whether a path names people or what belongs to them: only then it is worth reading what its handler calls. */
export const namesPeople = (path: string): boolean =>
  OF_PEOPLE.test(path) || OF_RECORDS.test(path) || RECORD_IN.test(path);
const RECORD_IN = new RegExp(String.raw`(?:^|/)${RECORDS}/:`, "i");

const OWN_PASSWORD = String.raw`(?:new_?)?(?:password|passwd|pwd|hashed\w{0,12}|hash)`;
/** `user.password = newPassword`, `UPDATE users SET password = ?`, `updateOne({ email }, { password })`. */
const SETS_PASSWORD = new RegExp(
  String.raw`\b\w{1,30}\.password ?= ?(?:await )?(?:\w{1,20}\.)*(?:${OWN_PASSWORD}\b|hash(?:Sync)?\()|\bupdate [\x60"]?\w{1,30}[\x60"]? set (?:\w{1,30} ?= ?\S{1,30}, ?)?password ?=|\.(?:update|updateOne|findOneAndUpdate|findByIdAndUpdate)\([^;]*?\bpassword\b`,
  "i",
);
const NAMES_ACCOUNT = /\b(?:e_?mail|user_?name|user_?id|login|phone)\b/i;
/** What shows that somebody may: a code, the old password, the session, a link. */
const PROVED =
  /token|otp|\bpin\b|code|old_?pass|current_?pass|existing_?pass|previous|compare|verif|secret|answer|session|expire|signed|\bcheck|valid|authenticat|cookies/i;
const MAKES = /\.create\(|insert|\bnew [A-Z]|\.push\(|register|sign_?up/i;

/** `POST /reset-password` with a name and a new password, and nothing else. */
export function setsPassword({ method, parts }: Endpoint): boolean {
  const source = parts.at(-1)?.facts?.source ?? "";
  return (
    (method === "post" || method === "put" || method === "patch") &&
    /\bbody\b/.test(source) &&
    SETS_PASSWORD.test(source) &&
    NAMES_ACCOUNT.test(source) &&
    !PROVED.test(source.replace(/statusCode|status_code/g, "")) &&
    !MAKES.test(source)
  );
}
