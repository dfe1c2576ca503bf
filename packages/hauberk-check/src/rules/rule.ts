import type { ExpressMajor, Hole } from "../model/app.ts";
import type { Module } from "../model/module.ts";
import type { Program } from "../model/program.ts";
import type { Site, Value } from "../model/values.ts";
import type { AppView } from "../model/view.ts";
import type { Node, t } from "../parse/ast.ts";
import type { LiveFacts } from "../live/facts.ts";

export type Severity = "critical" | "high" | "medium" | "low" | "info";
export type Confidence = "high" | "medium" | "low";
export type Lens = "source" | "stack" | "live";

export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low", "info"];

/** A place in a file; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A replacement that `--fix` may make: `end` is exclusive, offsets count UTF-16 units. */
export interface Edit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a rule says about one place. */
export interface Problem {
  readonly at: Site | Place | undefined;
  /** One sentence about this place. */
  readonly message: string;
  /** Replaces the rule's own advice where this place needs another. */
  readonly fix?: string | undefined;
  readonly related?: readonly { readonly at: Site | Place; readonly message: string }[];
  readonly edits?: readonly Edit[] | undefined;
  readonly severity?: Severity;
}

export interface Context {
  readonly program: Program;
  readonly report: (problem: Problem) => void;
  /** The rule applies here but could not be decided. */
  readonly unchecked: (reason: string, at?: Site) => void;
}

export interface AppContext extends Context {
  readonly view: AppView;
  /** Reasons why something that was not seen may still be there. */
  readonly doubts: readonly Hole[];
}

/** A call into a package: `session({...})`, `jwt.verify(...)`, `new Server(...)`. */
export interface PackageCall {
  /** `express-session`, `jsonwebtoken.verify`, `express.static`. */
  readonly name: string;
  readonly args: readonly Value[];
  readonly site: Site;
  readonly express: ExpressMajor;
}

export interface NodeContext extends Context {
  readonly module: Module;
  readonly express: ExpressMajor;
  readonly value: (node: t.Node) => Value;
}

/** A file of a program. */
export type Where = Pick<NodeContext, "program" | "module">;

export interface FileContext extends Context {
  readonly path: string;
  readonly text: string;
  /** The place of a stretch of this file. */
  readonly place: (start: number, end: number) => Place;
}

interface LiveContext {
  readonly facts: LiveFacts;
  readonly report: (problem: Omit<Problem, "at"> & { readonly url: string }) => void;
  readonly unchecked: (reason: string) => void;
}

/** What a lens says for itself. */
export interface Statement {
  readonly message: string;
  readonly at?: Site | undefined;
}

/** A short piece of code that a rule speaks about, and one that does the same safely. */
export interface Example {
  readonly faulty: string;
  readonly fixed: string;
}

export interface RuleMeta {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly cwe: readonly number[];
  /** Requirements of OWASP ASVS 5.0.0. */
  readonly asvs: readonly string[];
  readonly lenses: readonly Lens[];
  readonly express: readonly ExpressMajor[];
  /** What an attacker gains, or what breaks. One or two sentences. */
  readonly why: string;
  readonly fix: string;
  /** More for `explain` and the reference, in Markdown. */
  readonly doc?: string;
  /** What the answers look like, for a rule that only sees a running app; all others show their fixtures. */
  readonly example?: Example;
  /** The rule of the other lenses that says the same: what this one sees is evidence for it. */
  readonly confirms?: string;
  /** What it misses may be mounted by the app: it says nothing about routers that nobody was seen to mount. */
  readonly wholeApp?: true;
  /** Rules that say nothing new where this one has spoken about the same app. */
  readonly covers?: readonly string[];
  /** Rules that say nothing new where this one has spoken about the same place. */
  readonly coversHere?: readonly string[];
}

export interface Rule extends RuleMeta {
  /** Once per served app (source and stack lens). */
  readonly app?: (context: AppContext) => void;
  /** Per call of one of these package functions, wherever it stands (source and stack lens). */
  readonly call?: {
    readonly names: readonly string[];
    readonly run: (call: PackageCall, context: Context) => void;
  };
  /** Per node of these types. Rules made of this alone also run in ESLint. */
  readonly visit?: { readonly [type: string]: (node: Node, context: NodeContext) => void };
  /** Only files that say this anywhere are shown to `visit`. */
  readonly needs?: RegExp;
  /** Only calls whose callee, as it is written (`calleeAsWritten`), fits one of these are shown to `visit.CallExpression`: asked once for each name. */
  readonly callees?: readonly RegExp[];
  /** Per template, deployment file, key or manifest. */
  readonly file?: (context: FileContext) => void;
  readonly live?: (context: LiveContext) => void;
  /** What a lens that does not see the problem shows instead: which middleware is there, which header was sent. */
  readonly against?: {
    readonly app?: (context: Omit<AppContext, "report" | "unchecked">) => Statement | undefined;
    readonly live?: (facts: LiveFacts) => Statement | undefined;
  };
}

export function defineRule(rule: Rule): Rule {
  return rule;
}

export const ALL_EXPRESS: readonly ExpressMajor[] = [3, 4, 5];
