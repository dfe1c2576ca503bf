const DATABASE =
  /\.(?:deleteOne|deleteMany|findByIdAndDelete|findByIdAndRemove|findOneAndDelete|findOneAndRemove|findByIdAndUpdate|findOneAndUpdate|updateOne|updateMany|insertOne|insertMany|destroy|remove|save|bulkCreate|upsert)\s*\(|(?<!\bObject)\.create\(\s*\{|\.update\s?\(\s?\{|\.update\(\s?[\w.]{1,60}(?:\([\w.]{1,60}\))?,\s?\{|\b(?:DELETE FROM|INSERT INTO|UPDATE \w+ SET|TRUNCATE|DROP TABLE)\b|["'`]\s?(?:delete from|insert into|update \w+ set|truncate|drop table)\s/;
/** How a query builder ends: `db("notes").where({ id }).delete()`. */
const STORE = /\.(?:flush(?:all|db)|[hsz]?(?:del|rem)|hdel)\(\s?["'`\w]/i;
const BUILT = /\.(?:delete|del)\(\)/;
const FILE =
  /\bfs\w{0,10}\.(?:promises\.)?(?:writeFile|copyFile|unlink|rm|rmdir|rename|writeJson|remove)(?:Sync)?\(/;
const PROCESS = /\bprocess\.(?:exit|kill)\(/;
/** What a small app has instead of a database: `delete notes[req.params.id]`, `notes = notes.filter(...)`. */
const MEMORY = /\bdelete [\w.]{1,60}\[[^\]\n]{0,60}\breq\.|\b(\w{1,40}) = \1\.filter\(|\.splice\(/;

/** What the text of a handler changes; `undefined` when nothing is seen. */
export function changeIn(source: string): string | undefined {
  const text = source.replace(/session\s*\.\s*(?:destroy|save)/g, "");
  if ([DATABASE, BUILT, STORE].some((one) => one.test(text))) return "writes to the database";
  if (FILE.test(text)) return "changes a file";
  if (PROCESS.test(text)) return "ends the process";
  return MEMORY.test(text) ? "changes what the app keeps" : undefined;
}

const DELETES =
  /\.(?:deleteOne|deleteMany|findByIdAndDelete|findByIdAndRemove|findOneAndDelete|destroy)\s*\(|\.remove\(\s?\{|["'`]\s?(?:DELETE FROM|TRUNCATE|DROP TABLE)\s/i;
/** Answers that say no more than that it is done. */
const DONE = /\.redirect\(\s?["'`]|\.sendStatus\(|\.(?:send|end)\(\s?["'`)]/;
const OF_VISITS = /expire|stale|session|token|code\b/i;
/** All of a table. */
const EVERYTHING =
  /\bdelete from \w{1,60}\s?;?["'`]|\b(?:truncate|drop table)\s|\.deleteMany\((?:\{\s?\})?\)|\bflush(?:all|db)\(/i;

/** Whether deleting is all that the handler is for, whatever its path is called: what expired is cleared away beside other things. */
export function onlyDeletes(source: string): boolean {
  const text = source.replace(/\breq\.session\b(?:\s*\.\s*destroy)?/g, "");
  if (!DONE.test(text) || OF_VISITS.test(text)) return false;
  return EVERYTHING.test(text) || (DELETES.test(text) && /\breq\.(?:params|query)\b/.test(text));
}

/** Whether the answer says that something was done, and shows nothing. */
export const saysDone = (source: string): boolean =>
  (DONE.test(source) || /\.json\(\s?\{[\w\s:"'`,]*\}\s?\)/.test(source)) &&
  !/\.json\(\s?\w+[).]/.test(source);
