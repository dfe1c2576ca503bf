/** What the text of a source says of it before it is parsed: most files of a large project need no more. */
export interface Glance {
  /** It may set up an app or handle a request. */
  readonly isWorthReading: boolean;
  readonly namesExpress: boolean;
  /** It may have a comment that answers for a finding. */
  readonly hasMark: boolean;
  /** What it imports by a name that stands in it. */
  readonly specifiers: readonly string[];
}

/** What a comment that answers for a finding begins with. */
export const MARK = "hauberk-check-ignore";
