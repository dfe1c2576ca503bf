import type { Confidence, Edit, Lens, Place, Severity } from "../rules/rule.ts";
import type { Skipped } from "../files/project-files.ts";

export interface Evidence {
  readonly lens: Lens;
  readonly message: string;
  readonly url?: string | undefined;
  /** Where the lens sees it, when that is not the finding's own place. */
  readonly place?: Place;
  /** False for a lens that looked at the same thing and sees it otherwise. */
  readonly agrees: boolean;
}

export interface Related {
  readonly place: Place;
  readonly message: string;
}

/** One violation, with what every lens saw of it. */
export interface Finding {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly message: string;
  readonly why: string;
  readonly fix: string;
  readonly cwe: readonly number[];
  readonly asvs: readonly string[];
  readonly place: Place | undefined;
  /** The line the place starts on. */
  readonly snippet: string;
  readonly lenses: readonly Lens[];
  readonly evidence: readonly Evidence[];
  /** The lenses do not agree: one of them is wrong about the app, and which one is worth knowing. */
  readonly disagreement: boolean;
  readonly related: readonly Related[];
  readonly edits: readonly Edit[];
  /** Stays the same when lines move; see the baseline. */
  readonly fingerprint: string;
}

export interface NotChecked {
  readonly rule: string;
  readonly reason: string;
  readonly place: Place | undefined;
}

/** One thing a request passes, and where it was mounted. */
export interface Passed {
  readonly role: string;
  readonly name: string;
  readonly conditional: boolean;
  readonly place: Place | undefined;
}

/** The way of a request through one route, for the picture and for tests. */
export interface RouteTrace {
  readonly method: string;
  readonly path: string;
  readonly place: Place | undefined;
  readonly passes: readonly Passed[];
  readonly missing: readonly string[];
}

export interface AppSummary {
  /** False for a router that nobody was seen to mount: what an app mounts before it is not known. */
  readonly whole: boolean;
  readonly place: Place | undefined;
  readonly express: number;
  readonly lens: Lens;
  readonly routes: readonly RouteTrace[];
}

export interface Report {
  readonly version: 1;
  readonly root: string;
  readonly apps: readonly AppSummary[];
  readonly findings: readonly Finding[];
  readonly notChecked: readonly NotChecked[];
  /** Files and lenses that could not be analysed, with the reason. */
  readonly notAnalysed: readonly Skipped[];
  /** Where secrets stand in the source, so that no format shows them. Not a part of the JSON. */
  readonly secretPlaces: readonly Place[];
  readonly suppressed: number;
  readonly baselined: number;
  readonly rules: number;
  readonly files: number;
  readonly lines: number;
  readonly lenses: readonly Lens[];
}

/** Whether some lens saw an application, and not only routers that some application may mount. */
export const hasApp = (report: Report): boolean => report.apps.some((one) => one.whole);

/**
 * Whether a lens that was asked for could not look: that is no pass, whatever the others say. One that saw the app and had to leave
 * out a single probe has looked.
 */
export function lensFailed({ lenses, apps }: Report): boolean {
  return lenses.some((lens) => lens !== "source" && !apps.some((app) => app.lens === lens));
}
