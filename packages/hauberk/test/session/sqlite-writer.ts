import { sqliteStore } from "../../src/session/sqlite.ts";

/** Run by sqlite.test.ts as a process of its own: adds one to a counter so many times, compare-and-set. */
const [file = "", key = "", times = "0"] = process.argv.slice(2);
const store = sqliteStore({ file, busyTimeoutMs: 5000 });
for (let done = 0; done < Number(times);) {
  const record = await store.get(key);
  if (record === undefined) throw new Error("the record is gone");
  const { n } = JSON.parse(record.data) as { readonly n: number };
  const next = { ...record, version: record.version + 1, data: JSON.stringify({ n: n + 1 }) };
  if ((await store.update(key, next, record.version)) === "saved") done++;
}
await store.close?.();
