import { byMode, join, sameValue } from "./alternatives.ts";
import type { Condition } from "./app.ts";
import { truthiness } from "./truthiness.ts";
import { isKnown, concatenated, prim, unknown, type Env, type Site, type Value } from "./values.ts";

/** NODE_ENV, however it was read: plain, or with a default. */
function isNodeEnv(value: Value): boolean {
  if (value.k === "env") return value.name === "NODE_ENV";
  return value.k === "fallback" && isNodeEnv(value.left);
}

const ENVIRONMENTS = /^(?:production|prod|development|dev|test|testing|local|staging)$/;

/** `config.get("env") === "development"`: what nobody can read, compared with the name of an environment, is one. */
const mayBeEnvironment = (value: Value): boolean =>
  isNodeEnv(value) || ["unknown", "member", "call", "env", "fallback", "pkg"].includes(value.k);

function compare(left: Value, right: Value, negated: boolean): Value {
  const chosen = compareMode(left, right) ?? compareMode(right, left);
  if (chosen !== undefined) return negated ? not(chosen) : chosen;
  if (left.k === "mode") return byMode(compare(left.prod, right, negated), compare(left.dev, right, negated));
  if (left.k === "prim" && right.k === "prim") return prim((left.v === right.v) !== negated);
  return unknown("comparison");
}

function compareMode(env: Value, text: Value): Value | undefined {
  if (text.k !== "prim" || typeof text.v !== "string") return undefined;
  if (!isNodeEnv(env) && !(ENVIRONMENTS.test(text.v) && mayBeEnvironment(env))) return undefined;
  if (text.v === "production" || text.v === "prod") return byMode(prim(true), prim(false));
  return byMode(prim(false), unknown("which other NODE_ENV"));
}

export function not(value: Value): Value {
  if (value.k === "mode") return byMode(not(value.prod), not(value.dev));
  const truth = truthiness(value);
  return truth === undefined ? unknown("negation") : prim(!truth);
}

export function logical(operator: string, left: Value, right: () => Value, site: Site): Value {
  if (left.k === "mode") {
    const evaluated = right();
    const [prod, dev] = evaluated.k === "mode" ? [evaluated.prod, evaluated.dev] : [evaluated, evaluated];
    return byMode(
      logical(operator, left.prod, () => prod, site),
      logical(operator, left.dev, () => dev, site),
    );
  }
  const truth = truthiness(left);
  if (operator === "&&") {
    if (truth !== undefined) return truth ? right() : left;
    return join(prim(false), right());
  }
  if (operator === "??") {
    if (left.k === "prim") return left.v === undefined || left.v === null ? right() : left;
    return truth === true ? left : { k: "fallback", left, right: right(), site };
  }
  if (truth !== undefined) return truth ? left : right();
  return { k: "fallback", left, right: right(), site };
}

export function binary(operator: string, left: Value, right: Value, site: Site): Value {
  switch (operator) {
    case "===":
    case "==":
      return compare(left, right, false);
    case "!==":
    case "!=":
      return compare(left, right, true);
    case "+":
      return add(left, right, site);
    default:
      return arithmetic(operator, left, right);
  }
}

function add(left: Value, right: Value, site: Site): Value {
  if (left.k === "mode") return byMode(add(left.prod, right, site), add(left.dev, right, site));
  if (right.k === "mode") return byMode(add(left, right.prod, site), add(left, right.dev, site));
  if (left.k === "prim" && right.k === "prim") {
    if (typeof left.v === "number" && typeof right.v === "number") return prim(left.v + right.v, site);
    return concatenated([String(left.v), String(right.v)], "", site);
  }
  return unknown("concatenation with a value that is not known", site);
}

function arithmetic(operator: string, left: Value, right: Value): Value {
  if (left.k !== "prim" || right.k !== "prim" || typeof left.v !== "number" || typeof right.v !== "number") {
    return unknown(`result of ${operator}`);
  }
  const [a, b] = [left.v, right.v];
  switch (operator) {
    case "*":
      return prim(a * b);
    case "-":
      return prim(a - b);
    case "/":
      return prim(a / b);
    case "**":
      return prim(a ** b);
    case "<<":
      return prim(a << b);
    case "|":
      return prim(a | b);
    case ">":
      return prim(a > b);
    case "<":
      return prim(a < b);
    default:
      return unknown(`result of ${operator}`);
  }
}

/** How the branch taken when `test` is truthy (or not) depends on the environment; `"never"` for a dead branch. */
export function branch(test: Value, whenTrue: boolean, text: string): Condition | "always" | "never" {
  const want = whenTrue ? test : not(test);
  const truth = truthiness(want);
  if (truth !== undefined) return truth ? "always" : "never";
  if (want.k === "mode") {
    const prod = truthiness(want.prod);
    const dev = truthiness(want.dev);
    if (prod === true && dev === true) return "always";
    if (prod === false && dev === false) return "never";
    if (prod === false) return { mode: "dev", text };
    if (prod === true) return { mode: "prod", text };
  }
  return { mode: "maybe", text };
}

export function includes(items: readonly Value[], open: boolean, wanted: Value): Value {
  if (isNodeEnv(wanted) && !open) {
    return byMode(prim(items.some((one) => isKnown(one, "production"))), unknown("which other NODE_ENV"));
  }
  if (items.some((one) => sameValue(one, wanted))) return prim(true);
  const closed = !open && wanted.k === "prim" && items.every((one) => one.k === "prim");
  return closed ? prim(false) : unknown("membership");
}

export const env = (name: string, site: Site): Env => ({ k: "env", name, site });
export const text = (value: Value): string | undefined =>
  value.k === "prim" && typeof value.v === "string" ? value.v : undefined;
