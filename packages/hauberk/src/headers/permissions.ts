import { ConfigError } from "../errors/config-error.ts";
import { isPlainObject, nearestOf, wrongType } from "../internal/options.ts";

/** Features no page of an ordinary application needs; a page with an injected script should not have them either. */
const PERMISSIONS_OFF = [
  "accelerometer",
  "autoplay",
  "camera",
  "display-capture",
  "encrypted-media",
  "fullscreen",
  "geolocation",
  "gyroscope",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "picture-in-picture",
  "publickey-credentials-get",
  "screen-wake-lock",
  "usb",
  "web-share",
  "xr-spatial-tracking",
] as const;

/**
 * Chromium, Firefox and WebKit know these as well, now or before, or somebody proposed them; what is not allowed here is as
 * their default says.
 * @see https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md
 */
const OTHERS: readonly string[] = `
  all-screens-capture ambient-light-sensor aria-notify attribution-reporting autofill battery bluetooth browsing-topics
  captured-surface-control ch-device-memory ch-downlink ch-dpr ch-ect ch-prefers-color-scheme ch-prefers-reduced-motion
  ch-prefers-reduced-transparency ch-rtt ch-save-data ch-ua ch-ua-arch ch-ua-bitness ch-ua-form-factors ch-ua-full-version
  ch-ua-full-version-list ch-ua-high-entropy-values ch-ua-mobile ch-ua-model ch-ua-platform ch-ua-platform-version
  ch-ua-wow64 ch-viewport-height ch-viewport-width ch-width clipboard-read clipboard-write compute-pressure
  controlled-frame conversion-measurement cross-origin-isolated deferred-fetch deferred-fetch-minimal device-attributes
  digital-credentials-create digital-credentials-get direct-sockets direct-sockets-multicast direct-sockets-private
  document-domain document-write execution-while-not-rendered execution-while-out-of-viewport
  fenced-unpartitioned-storage-read focus-without-user-activation gamepad hid identity-credential-get
  identity-credentials-get idle-detection interest-cohort join-ad-interest-group keyboard-lock keyboard-map
  language-detector language-model layout-animations legacy-image-formats local-fonts local-network local-network-access
  loopback-network manual-text media-playback-while-not-visible monetization navigation-override notifications
  on-device-speech-recognition otp-credentials oversized-images pointer-lock popins private-aggregation
  private-state-token-issuance private-state-token-redemption publickey-credentials-create push record-ad-auction-events
  rewriter run-ad-auction serial shared-autofill shared-storage shared-storage-select-url smart-card speaker
  speaker-selection storage-access sub-apps summarizer sync-script sync-xhr tools translator trust-token-redemption unload
  unoptimized-images unsized-media usb-unrestricted vertical-scroll vibrate vr wake-lock web-app-installation web-printing
  window-management window-placement writer xr`
  .trim()
  .split(/\s+/);

const KNOWN: readonly string[] = [...PERMISSIONS_OFF, ...OTHERS];

/**
 * Who may use a feature: the application itself. `"self-unchecked"` is for a feature that is new and has nearly the name of
 * one that is known here, which would be refused as a misspelling.
 */
export type PermissionAllowed = "self" | "self-unchecked";

/** The value of Permissions-Policy: everything off but what is allowed for the application itself. */
export function buildPermissions(input: unknown, call: string): string {
  const allowed = input === undefined ? {} : input;
  if (!isPlainObject(allowed))
    throw wrongType(allowed, "an object of features", { call, path: "permissions" });
  for (const [feature, who] of Object.entries(allowed)) {
    const isChecked = who === "self";
    const wellFormed = /^[a-z][a-z0-9-]*$/.test(feature) && (isChecked || who === "self-unchecked");
    if (!wellFormed) throw wrongType(who, '"self"', { call, path: `permissions.${feature.slice(0, 60)}` });
    if (isChecked) assertNotMisspelt(feature, call);
  }
  const features = [...new Set([...PERMISSIONS_OFF, ...Object.keys(allowed)])];
  return features
    .map((feature) => `${feature}=${Object.hasOwn(allowed, feature) ? "(self)" : "()"}`)
    .join(", ");
}

/** A feature nobody here has heard of may be new; one that is nearly known would stay off, without a word. */
function assertNotMisspelt(feature: string, call: string): void {
  const nearest = KNOWN.includes(feature) ? undefined : nearestOf(feature, KNOWN);
  if (nearest === undefined) return;
  throw new ConfigError("OPTION_UNKNOWN", {
    what: `${call}: option "permissions" has the unknown feature "${feature}".`,
    why: "browsers skip a feature they do not know, and the one that was meant would stay off.",
    fix: `did you mean "${nearest}"? If it is a new one: { "${feature}": "self-unchecked" }.`,
  });
}
