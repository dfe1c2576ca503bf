import { rule as authCaseSensitiveGuard } from "./auth/case-sensitive-guard/rule.ts";
import { rule as authClientControlled } from "./auth/client-controlled/rule.ts";
import { rule as authGuardAfterRoute } from "./auth/guard-after-route/rule.ts";
import { rule as authGuardFallsThrough } from "./auth/guard-falls-through/rule.ts";
import { rule as authPathVariantBypass } from "./auth/path-variant-bypass/rule.ts";
import { rule as authRouteUnguarded } from "./auth/route-unguarded/rule.ts";
import { rule as authTimingCompare } from "./auth/timing-compare/rule.ts";
import { rule as bodyDeprecatedParser } from "./body/deprecated-parser/rule.ts";
import { rule as bodyExtendedQs } from "./body/extended-qs/rule.ts";
import { rule as bodyLimit } from "./body/limit/rule.ts";
import { rule as bodyMultipartV3 } from "./body/multipart-v3/rule.ts";
import { rule as bodyParseBeforeGate } from "./body/parse-before-gate/rule.ts";
import { rule as cookieResponseFlags } from "./cookie/response-flags/rule.ts";
import { rule as corsNullOrigin } from "./cors/null-origin/rule.ts";
import { rule as corsReflectOrigin } from "./cors/reflect-origin/rule.ts";
import { rule as corsUnanchoredRegex } from "./cors/unanchored-regex/rule.ts";
import { rule as corsVaryMissing } from "./cors/vary-missing/rule.ts";
import { rule as corsWildcardCredentials } from "./cors/wildcard-credentials/rule.ts";
import { rule as csrfAfterRoutes } from "./csrf/after-routes/rule.ts";
import { rule as csrfBeforeMethodOverride } from "./csrf/before-method-override/rule.ts";
import { rule as csrfBeforeSession } from "./csrf/before-session/rule.ts";
import { rule as csrfCrossOriginAccepted } from "./csrf/cross-origin-accepted/rule.ts";
import { rule as csrfExemptPath } from "./csrf/exempt-path/rule.ts";
import { rule as csrfIgnoreUnsafeMethod } from "./csrf/ignore-unsafe-method/rule.ts";
import { rule as csrfMissing } from "./csrf/missing/rule.ts";
import { rule as csrfMultipartOrder } from "./csrf/multipart-order/rule.ts";
import { rule as csrfSimpleContentType } from "./csrf/simple-content-type/rule.ts";
import { rule as csrfStateChangeOnGet } from "./csrf/state-change-on-get/rule.ts";
import { rule as csrfTokenNotExposed } from "./csrf/token-not-exposed/rule.ts";
import { rule as debugEndpoint } from "./debug/endpoint/rule.ts";
import { rule as depsAbandonedSecurityMiddleware } from "./deps/abandoned-security-middleware/rule.ts";
import { rule as depsExpressEol } from "./deps/express-eol/rule.ts";
import { rule as depsKnownVulnerable } from "./deps/known-vulnerable/rule.ts";
import { rule as depsSanitizerDeadOnV5 } from "./deps/sanitizer-dead-on-v5/rule.ts";
import { rule as dosInsecureHttpParser } from "./dos/insecure-http-parser/rule.ts";
import { rule as dosRouteRedos } from "./dos/route-redos/rule.ts";
import { rule as dosTimeoutsOff } from "./dos/timeouts-off/rule.ts";
import { rule as dosUnhandledAsync } from "./dos/unhandled-async/rule.ts";
import { rule as errorDebugHandler } from "./error/debug-handler/rule.ts";
import { rule as errorStackExposed } from "./error/stack-exposed/rule.ts";
import { rule as fingerprintServerHeaders } from "./fingerprint/server-headers/rule.ts";
import { rule as fingerprintXPoweredBy } from "./fingerprint/x-powered-by/rule.ts";
import { rule as graphqlIntrospection } from "./graphql/introspection/rule.ts";
import { rule as headersCacheControl } from "./headers/cache-control/rule.ts";
import { rule as headersConflict } from "./headers/conflict/rule.ts";
import { rule as headersCoopCorpCoep } from "./headers/coop-corp-coep/rule.ts";
import { rule as headersCspDisabled } from "./headers/csp-disabled/rule.ts";
import { rule as headersCspMissing } from "./headers/csp-missing/rule.ts";
import { rule as headersCspReportOnly } from "./headers/csp-report-only/rule.ts";
import { rule as headersCspWeak } from "./headers/csp-weak/rule.ts";
import { rule as headersDeprecated } from "./headers/deprecated/rule.ts";
import { rule as headersFrameOptions } from "./headers/frame-options/rule.ts";
import { rule as headersHsts } from "./headers/hsts/rule.ts";
import { rule as headersLegacyHelmetApi } from "./headers/legacy-helmet-api/rule.ts";
import { rule as headersNone } from "./headers/none/rule.ts";
import { rule as headersNosniff } from "./headers/nosniff/rule.ts";
import { rule as headersPartialCoverage } from "./headers/partial-coverage/rule.ts";
import { rule as headersPermissionsPolicy } from "./headers/permissions-policy/rule.ts";
import { rule as headersReferrerPolicy } from "./headers/referrer-policy/rule.ts";
import { rule as headersXssFilter } from "./headers/xss-filter/rule.ts";
import { rule as hostHeaderTrust } from "./host/header-trust/rule.ts";
import { rule as injectCommand } from "./inject/command/rule.ts";
import { rule as injectDeserialize } from "./inject/deserialize/rule.ts";
import { rule as injectEval } from "./inject/eval/rule.ts";
import { rule as injectPath } from "./inject/path/rule.ts";
import { rule as injectSql } from "./inject/sql/rule.ts";
import { rule as injectSsrf } from "./inject/ssrf/rule.ts";
import { rule as injectXssSend } from "./inject/xss-send/rule.ts";
import { rule as injectXxe } from "./inject/xxe/rule.ts";
import { rule as inputHpp } from "./input/hpp/rule.ts";
import { rule as inputMassAssignment } from "./input/mass-assignment/rule.ts";
import { rule as inputNosqlOperator } from "./input/nosql-operator/rule.ts";
import { rule as inputOddFails } from "./input/odd-fails/rule.ts";
import { rule as inputSensitiveGet } from "./input/sensitive-get/rule.ts";
import { rule as inputTypeConfusion } from "./input/type-confusion/rule.ts";
import { rule as jsonpEnabled } from "./jsonp/enabled/rule.ts";
import { rule as jwtDecodeNotVerify } from "./jwt/decode-not-verify/rule.ts";
import { rule as jwtIgnoreExpiration } from "./jwt/ignore-expiration/rule.ts";
import { rule as jwtNoneOrAnyAlg } from "./jwt/none-or-any-alg/rule.ts";
import { rule as metaSuppressionWithoutReason } from "./meta/suppression-without-reason/rule.ts";
import { rule as metaUnusedSuppression } from "./meta/unused-suppression/rule.ts";
import { rule as methodsUnexpected } from "./methods/unexpected/rule.ts";
import { rule as orderCookieParser } from "./order/cookie-parser/rule.ts";
import { rule as orderErrorHandler } from "./order/error-handler/rule.ts";
import { rule as orderStaticAfterSession } from "./order/static-after-session/rule.ts";
import { rule as processBindAll } from "./process/bind-all/rule.ts";
import { rule as processDropBeforeBind } from "./process/drop-before-bind/rule.ts";
import { rule as processDropOrder } from "./process/drop-order/rule.ts";
import { rule as processDropUnguardedWindows } from "./process/drop-unguarded-windows/rule.ts";
import { rule as processDropUnverified } from "./process/drop-unverified/rule.ts";
import { rule as processInspectorOpen } from "./process/inspector-open/rule.ts";
import { rule as processNodeEnv } from "./process/node-env/rule.ts";
import { rule as processRunAsRoot } from "./process/run-as-root/rule.ts";
import { rule as processSupplementaryGroupsKept } from "./process/supplementary-groups-kept/rule.ts";
import { rule as proxyTrustAll } from "./proxy/trust-all/rule.ts";
import { rule as proxyTrustMissing } from "./proxy/trust-missing/rule.ts";
import { rule as ratelimitAfterRoutes } from "./ratelimit/after-routes/rule.ts";
import { rule as ratelimitAuthMissing } from "./ratelimit/auth-missing/rule.ts";
import { rule as ratelimitLocalStore } from "./ratelimit/local-store/rule.ts";
import { rule as ratelimitSpoofableKey } from "./ratelimit/spoofable-key/rule.ts";
import { rule as redirectBack } from "./redirect/back/rule.ts";
import { rule as redirectOpen } from "./redirect/open/rule.ts";
import { rule as secretDotenvCommitted } from "./secret/dotenv-committed/rule.ts";
import { rule as secretHardcoded } from "./secret/hardcoded/rule.ts";
import { rule as secretLogged } from "./secret/logged/rule.ts";
import { rule as secretPrivateKeyInRepo } from "./secret/private-key-in-repo/rule.ts";
import { rule as sessionCookieDomainWide } from "./session/cookie-domain-wide/rule.ts";
import { rule as sessionCookieHttponly } from "./session/cookie-httponly/rule.ts";
import { rule as sessionCookieSamesite } from "./session/cookie-samesite/rule.ts";
import { rule as sessionCookieSecretMismatch } from "./session/cookie-secret-mismatch/rule.ts";
import { rule as sessionCookieSecure } from "./session/cookie-secure/rule.ts";
import { rule as sessionCookieSessionSensitive } from "./session/cookie-session-sensitive/rule.ts";
import { rule as sessionDefaultName } from "./session/default-name/rule.ts";
import { rule as sessionFixation } from "./session/fixation/rule.ts";
import { rule as sessionHardcodedSecret } from "./session/hardcoded-secret/rule.ts";
import { rule as sessionHostPrefix } from "./session/host-prefix/rule.ts";
import { rule as sessionKnownSecret } from "./session/known-secret/rule.ts";
import { rule as sessionLifetime } from "./session/lifetime/rule.ts";
import { rule as sessionLogoutNotDestroyed } from "./session/logout-not-destroyed/rule.ts";
import { rule as sessionMemoryStore } from "./session/memory-store/rule.ts";
import { rule as sessionOptionWrongLevel } from "./session/option-wrong-level/rule.ts";
import { rule as sessionSamesiteNone } from "./session/samesite-none/rule.ts";
import { rule as sessionSaveUninitialized } from "./session/save-uninitialized/rule.ts";
import { rule as sessionSecretFallback } from "./session/secret-fallback/rule.ts";
import { rule as sessionSecureProxyMismatch } from "./session/secure-proxy-mismatch/rule.ts";
import { rule as sessionWeakGenid } from "./session/weak-genid/rule.ts";
import { rule as sessionWeakSecret } from "./session/weak-secret/rule.ts";
import { rule as staticDirectoryListing } from "./static/directory-listing/rule.ts";
import { rule as staticDotfiles } from "./static/dotfiles/rule.ts";
import { rule as staticProjectRoot } from "./static/project-root/rule.ts";
import { rule as staticSensitiveFile } from "./static/sensitive-file/rule.ts";
import { rule as templateAutoescapeOff } from "./template/autoescape-off/rule.ts";
import { rule as templateUnescapedOutput } from "./template/unescaped-output/rule.ts";
import { rule as templateUserLocals } from "./template/user-locals/rule.ts";
import { rule as tlsNoRedirect } from "./tls/no-redirect/rule.ts";
import { rule as tlsWeakOptions } from "./tls/weak-options/rule.ts";
import { rule as uploadInWebroot } from "./upload/in-webroot/rule.ts";
import { rule as uploadNoLimits } from "./upload/no-limits/rule.ts";
import { rule as uploadNoTypeCheck } from "./upload/no-type-check/rule.ts";
import { rule as wsOriginUnchecked } from "./ws/origin-unchecked/rule.ts";
import type { Rule } from "./rule.ts";

/** All rules, one per folder; written by `scripts/generate.ts`. */
export const RULES: readonly Rule[] = [
  authCaseSensitiveGuard,
  authClientControlled,
  authGuardAfterRoute,
  authGuardFallsThrough,
  authPathVariantBypass,
  authRouteUnguarded,
  authTimingCompare,
  bodyDeprecatedParser,
  bodyExtendedQs,
  bodyLimit,
  bodyMultipartV3,
  bodyParseBeforeGate,
  cookieResponseFlags,
  corsNullOrigin,
  corsReflectOrigin,
  corsUnanchoredRegex,
  corsVaryMissing,
  corsWildcardCredentials,
  csrfAfterRoutes,
  csrfBeforeMethodOverride,
  csrfBeforeSession,
  csrfCrossOriginAccepted,
  csrfExemptPath,
  csrfIgnoreUnsafeMethod,
  csrfMissing,
  csrfMultipartOrder,
  csrfSimpleContentType,
  csrfStateChangeOnGet,
  csrfTokenNotExposed,
  debugEndpoint,
  depsAbandonedSecurityMiddleware,
  depsExpressEol,
  depsKnownVulnerable,
  depsSanitizerDeadOnV5,
  dosInsecureHttpParser,
  dosRouteRedos,
  dosTimeoutsOff,
  dosUnhandledAsync,
  errorDebugHandler,
  errorStackExposed,
  fingerprintServerHeaders,
  fingerprintXPoweredBy,
  graphqlIntrospection,
  headersCacheControl,
  headersConflict,
  headersCoopCorpCoep,
  headersCspDisabled,
  headersCspMissing,
  headersCspReportOnly,
  headersCspWeak,
  headersDeprecated,
  headersFrameOptions,
  headersHsts,
  headersLegacyHelmetApi,
  headersNone,
  headersNosniff,
  headersPartialCoverage,
  headersPermissionsPolicy,
  headersReferrerPolicy,
  headersXssFilter,
  hostHeaderTrust,
  injectCommand,
  injectDeserialize,
  injectEval,
  injectPath,
  injectSql,
  injectSsrf,
  injectXssSend,
  injectXxe,
  inputHpp,
  inputMassAssignment,
  inputNosqlOperator,
  inputOddFails,
  inputSensitiveGet,
  inputTypeConfusion,
  jsonpEnabled,
  jwtDecodeNotVerify,
  jwtIgnoreExpiration,
  jwtNoneOrAnyAlg,
  metaSuppressionWithoutReason,
  metaUnusedSuppression,
  methodsUnexpected,
  orderCookieParser,
  orderErrorHandler,
  orderStaticAfterSession,
  processBindAll,
  processDropBeforeBind,
  processDropOrder,
  processDropUnguardedWindows,
  processDropUnverified,
  processInspectorOpen,
  processNodeEnv,
  processRunAsRoot,
  processSupplementaryGroupsKept,
  proxyTrustAll,
  proxyTrustMissing,
  ratelimitAfterRoutes,
  ratelimitAuthMissing,
  ratelimitLocalStore,
  ratelimitSpoofableKey,
  redirectBack,
  redirectOpen,
  secretDotenvCommitted,
  secretHardcoded,
  secretLogged,
  secretPrivateKeyInRepo,
  sessionCookieDomainWide,
  sessionCookieHttponly,
  sessionCookieSamesite,
  sessionCookieSecretMismatch,
  sessionCookieSecure,
  sessionCookieSessionSensitive,
  sessionDefaultName,
  sessionFixation,
  sessionHardcodedSecret,
  sessionHostPrefix,
  sessionKnownSecret,
  sessionLifetime,
  sessionLogoutNotDestroyed,
  sessionMemoryStore,
  sessionOptionWrongLevel,
  sessionSamesiteNone,
  sessionSaveUninitialized,
  sessionSecretFallback,
  sessionSecureProxyMismatch,
  sessionWeakGenid,
  sessionWeakSecret,
  staticDirectoryListing,
  staticDotfiles,
  staticProjectRoot,
  staticSensitiveFile,
  templateAutoescapeOff,
  templateUnescapedOutput,
  templateUserLocals,
  tlsNoRedirect,
  tlsWeakOptions,
  uploadInWebroot,
  uploadNoLimits,
  uploadNoTypeCheck,
  wsOriginUnchecked,
];
