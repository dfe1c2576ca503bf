import type { FunctionNode, t } from "../parse/ast.ts";
import type { App } from "./app.ts";
import type { Module } from "./module.ts";
import type { Scope } from "./scope.ts";

/** A place in the source. */
export interface Site {
  readonly module: Module;
  readonly node: t.Node;
}

/**
 * What an expression stands for, as far as it can be known without running it.
 * "Unknown" is a value like any other: rules must treat it as neither set nor missing.
 */
export type Value =
  | Unknown
  | Prim
  | Env
  | Mode
  | Fallback
  | Either
  | Regex
  | Obj
  | Arr
  | Fn
  | Class
  | Pkg
  | Call
  | Member
  | Secret
  | AppRef
  | RouteRef;

export interface Unknown {
  readonly k: "unknown";
  readonly why: string;
  readonly site?: Site | undefined;
}

export type Primitive = string | number | boolean | null | undefined;

export interface Prim {
  readonly k: "prim";
  readonly v: Primitive;
  readonly site?: Site | undefined;
}

/** `process.env.NAME`. */
export interface Env {
  readonly k: "env";
  readonly name: string;
  readonly site?: Site | undefined;
}

/** One value with NODE_ENV=production, another without. */
interface Mode {
  readonly k: "mode";
  readonly prod: Value;
  readonly dev: Value;
}

/** `left || right`, `left ?? right`, where left is not known at check time. */
interface Fallback {
  readonly k: "fallback";
  readonly left: Value;
  readonly right: Value;
  readonly site: Site;
}

interface Either {
  readonly k: "either";
  readonly values: readonly Value[];
}

interface Regex {
  readonly k: "regex";
  readonly source: string;
  readonly flags: string;
  readonly site: Site;
}

export interface Obj {
  readonly k: "obj";
  readonly props: Map<string, Value>;
  /** Where each property was written. */
  readonly sites: Map<string, Site>;
  /** Properties may exist that are not listed. */
  open: boolean;
  readonly cls?: Class | undefined;
  readonly site?: Site | undefined;
}

export interface Arr {
  readonly k: "arr";
  readonly items: Value[];
  open: boolean;
  readonly site?: Site | undefined;
}

export interface Fn {
  readonly k: "fn";
  readonly node: FunctionNode;
  readonly scope: Scope;
  readonly module: Module;
  readonly self?: Value | undefined;
  readonly props: Map<string, Value>;
}

export interface Class {
  readonly k: "class";
  readonly node: t.ClassDeclaration | t.ClassExpression;
  readonly scope: Scope;
  readonly module: Module;
  readonly parent: Value | undefined;
  readonly statics: Map<string, Value>;
}

/** Something exported by a package: `require("express").Router` is `express` with path `["Router"]`. */
export interface Pkg {
  readonly k: "pkg";
  readonly name: string;
  readonly path: readonly string[];
  readonly site?: Site | undefined;
  /** Its default is the package itself, as `import name from` has it. */
  readonly isNamespace?: true;
}

/** The result of calling something whose inside is not ours to read. */
export interface Call {
  readonly k: "call";
  readonly callee: Value;
  readonly args: readonly Value[];
  readonly isNew: boolean;
  readonly site: Site;
}

export interface Member {
  readonly k: "member";
  readonly of: Value;
  readonly name: string;
}

/** A secret read from a running app: only its measurements ever leave the child process. */
interface Secret {
  readonly k: "secret";
  readonly length: number;
  readonly distinct: number;
  readonly known: boolean;
}

interface AppRef {
  readonly k: "app";
  readonly app: App;
}

interface RouteRef {
  readonly k: "route";
  readonly app: App;
  readonly path: Value;
}

export const unknown = (why: string, site?: Site): Unknown => ({ k: "unknown", why, site });

export const prim = (v: Primitive, site?: Site): Prim => ({ k: "prim", v, site });

export const UNDEFINED: Prim = { k: "prim", v: undefined };

export function object(open: boolean, site?: Site, cls?: Class): Obj {
  return { k: "obj", props: new Map(), sites: new Map(), open, site, cls };
}

/** A list; what is longer than any set-up needs is cut, and open: `a = [...a, ...a]` in a row would fill the memory. */
export function array(items: Value[], open: boolean, site?: Site): Arr {
  const isCut = items.length > MAX_ITEMS;
  return { k: "arr", items: isCut ? items.slice(0, MAX_ITEMS) : items, open: open || isCut, site };
}

const MAX_ITEMS = 2_000;
const MAX_TEXT = 100_000;

/** Texts put together: `s = s + s` in a row would be longer than any memory. */
export function concatenated(parts: readonly string[], separator: string, site: Site | undefined): Value {
  const size = parts.reduce((sum, part) => sum + part.length + separator.length, 0);
  return size > MAX_TEXT ? unknown("a text that is too long", site) : prim(parts.join(separator), site);
}

export const isKnown = (value: Value, v: Primitive): boolean => value.k === "prim" && value.v === v;

/** `jsonwebtoken.sign`: how the rules and the tables call a function of a package. */
export const nameOf = ({ name, path }: Pick<Pkg, "name" | "path">): string => [name, ...path].join(".");

/** The package a value comes from, through members, calls and instances. */
export function rootPackage(value: Value): Pkg | undefined {
  switch (value.k) {
    case "pkg":
      return value;
    case "call":
      return rootPackage(value.callee);
    case "member":
      return rootPackage(value.of);
    default:
      return undefined;
  }
}
