import { roleOf } from "../model/roles.ts";
import { nameOf, type Pkg } from "../model/values.ts";
import type { StackFunction } from "./facts.ts";

/** Hauberk's capabilities are its folders. */
function capabilityOf(file: string): Pkg {
  const name = /[\\/](csrf|headers|limit|session|origin|body|static)[\\/][^\\/]+$/.exec(file)?.[1];
  return name === undefined
    ? { k: "pkg", name: "hauberk", path: [] }
    : { k: "pkg", name: `hauberk/${name}`, path: [name] };
}

/** Packages whose middleware comes out of an object that their one function returns. */
const MADE_BY: Readonly<Record<string, string>> = { "csrf-csrf": "doubleCsrf", "csrf-sync": "csrfSync" };

/** The package export a function most likely is, by its file and its own name. */
export function exportOf(fn: StackFunction): Pkg | undefined {
  if (fn.package === undefined) return undefined;
  const file = fn.at?.file ?? "";
  if (fn.package === "hauberk") return capabilityOf(file);
  const maker = MADE_BY[fn.package];
  if (maker !== undefined) return { k: "pkg", name: fn.package, path: [maker] };
  const base = /^(.+)\.[cm]?[jt]s$/.exec(file.split(/[\\/]/).at(-1) ?? "")?.[1] ?? "";
  // Express 3 gives away connect's middleware under the names of its files.
  if (fn.package === "connect" && base !== "") return { k: "pkg", name: "express", path: [base] };
  const name = fn.package;
  const candidates = [base, fn.name].map((part): Pkg => ({ k: "pkg", name, path: [part] }));
  const known = candidates.find((one) => roleOf(nameOf(one)) !== undefined && one.path[0] !== "");
  // Every part of helmet and passport has a name of its own in the table; the package alone says enough for the rest.
  return known !== undefined && !/^(?:helmet|lusca|cors|multer)$/.test(name)
    ? known
    : { k: "pkg", name, path: [] };
}
