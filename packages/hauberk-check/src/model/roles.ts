/** What a middleware is for. */
export type Role =
  | "auth"
  | "body-json"
  | "body-urlencoded"
  | "body-other"
  | "body-parser"
  | "cookie-parser"
  | "cookie-session"
  | "cors"
  | "csrf"
  | "debug-errors"
  | "docs"
  | "error-handler"
  | "graphql"
  | "hauberk"
  | "headers"
  | "https-redirect"
  | "listing"
  | "locals"
  | "logger"
  | "method-override"
  | "metrics"
  | "multipart"
  | "other"
  | "rate-limit"
  | "sanitizer"
  | "session"
  | "static"
  | "token-auth"
  | "unknown";

interface RoleEntry {
  readonly role: Role;
  /** Which argument holds the options. */
  readonly options: number;
}

const TABLE: ReadonlyMap<string, RoleEntry> = new Map(
  parseTable(`
    session: express-session express.session connect.session express-session.default
    cookie-session: cookie-session express.cookieSession client-sessions connect.cookieSession
    cookie-parser@1: cookie-parser express.cookieParser connect.cookieParser
    csrf: csurf express.csrf connect.csrf lusca.csrf csrf-sync.csrfSync csrf-csrf.doubleCsrf tiny-csrf @dr.pogodin/csurf
    csrf: express-csrf-protect csrf-csrf-token koa-csrf express-csrf-double-submit-cookie hauberk/csrf.csrf hauberk.csrf
    csrf: next-csrf electrode-csrf-jwt csrf-guard
    headers: helmet lusca hauberk.headers hauberk/headers.headers helmet-csp nocache hsts frameguard dont-sniff-mimetype
    headers: x-xss-protection referrer-policy hide-powered-by ienoopen content-security-policy permissions-policy feature-policy expect-ct
    hauberk: hauberk hauberk.hauberk hauberk.default
    body-json: express.json body-parser.json connect.json hauberk.json
    body-urlencoded: express.urlencoded body-parser.urlencoded connect.urlencoded
    body-other: express.raw express.text body-parser.raw body-parser.text
    body-parser: express.bodyParser body-parser connect.bodyParser
    multipart: express.multipart connect.multipart multer express-fileupload connect-multiparty connect-busboy express-form-data
    method-override: method-override express.methodOverride connect.methodOverride
    cors: cors express-cors
    rate-limit: express-rate-limit express-rate-limit.rateLimit express-rate-limit.default express-slow-down express-slow-down.slowDown
    rate-limit: express-brute ratelimiter express-limiter rate-limiter-flexible express-bouncer hauberk.limit hauberk/limit.limit express-throttle
    static@1: express.static serve-static connect.static express-static-gzip ecstatic st
    listing: serve-index express.directory connect.directory
    debug-errors: errorhandler express.errorHandler connect.errorHandler
    auth: express-openid-connect.auth express-openid-connect.requiresAuth connect-ensure-login.ensureLoggedIn
    auth: express-basic-auth express.basicAuth connect.basicAuth passport.authenticate http-auth-connect keycloak-connect
    token-auth: express-jwt express-jwt.expressjwt express-jwt.jwt express-oauth2-jwt-bearer.auth
    https-redirect: express-sslify express-sslify.HTTPS express-enforces-ssl express-force-ssl express-force-https express-https-redirect heroku-ssl-redirect
    sanitizer: express-mongo-sanitize xss-clean express-xss-sanitizer express-xss-sanitizer.xss hpp express-sanitizer
    docs@1: swagger-ui-express.setup redoc-express swagger-ui-express.serve
    metrics: express-status-monitor express-prom-bundle express-status-monitor.default swagger-stats.getMiddleware
    graphql: express-graphql.graphqlHTTP express-graphql graphql-http.createHandler
    logger@1: morgan express.logger connect.logger pino-http express-winston.logger express-pino-logger
    other: compression express.compress express.favicon serve-favicon connect-flash passport.initialize passport.session
    other: express.responseTime express.timeout express.limit express.query connect-timeout response-time express-ejs-layouts i18n.init
  `),
);

function parseTable(text: string): [string, RoleEntry][] {
  return text
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [head = "", names = ""] = line.trim().split(": ");
      const [role = "", at = "0"] = head.split("@");
      return names
        .split(" ")
        .map((name): [string, RoleEntry] => [name, { role: role as Role, options: Number(at) }]);
    });
}

/** What a known package's export is for; helmet's and lusca's parts are all headers. */
export function roleOf(name: string): RoleEntry | undefined {
  const found = TABLE.get(name.replace(/\.default$/, ""));
  if (found !== undefined) return found;
  const guard = /\.UseGuards\.(\w+)$/.exec(name)?.[1];
  if (guard !== undefined)
    return { role: /throttl|rate_?limit/i.test(guard) ? "rate-limit" : "auth", options: 0 };
  if (/^(?:helmet|lusca)\./.test(name)) return { role: "headers", options: 0 };
  if (/^hauberk(?:\/|\.)/.test(name)) return { role: "other", options: 0 };
  const owner = name.split(".")[0] ?? name;
  if (/csrf|xsrf/i.test(owner)) return { role: "csrf", options: 0 };
  if (/rate-?limit|throttle|brute/i.test(owner)) return { role: "rate-limit", options: 0 };
  if (owner === "passport" || owner === "multer" || owner === "cors") return TABLE.get(owner);
  return undefined;
}
