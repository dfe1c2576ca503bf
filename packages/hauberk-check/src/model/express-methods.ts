/** The verbs that an app and a router have a method for. */
export const METHODS: ReadonlySet<string> = new Set(
  "all get post put patch delete del head options trace connect copy lock mkcol move purge propfind proppatch unlock report mkactivity checkout merge m-search notify subscribe unsubscribe search query link unlink bind rebind unbind acl source".split(
    " ",
  ),
);

const OTHERS: ReadonlySet<string> = new Set(
  "use route param set enable disable enabled disabled configure engine listen on once emit handle path render locals router settings mountpath parent stack".split(
    " ",
  ),
);

/** Whether Express itself has something of this name on an app. */
export const isOfExpress = (name: string): boolean => METHODS.has(name) || OTHERS.has(name);
