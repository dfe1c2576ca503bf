import { rootPackage } from "../../../model/values.ts";
import type { t } from "../../../parse/ast.ts";
import { keyName } from "../../kit/nodes.ts";
import { literalSecrets, NOT_KEPT } from "../../kit/secrets.ts";
import { isPlaceholder } from "../../known-secrets.ts";
import type { NodeContext, Problem } from "../../rule.ts";

export interface ClientKey {
  readonly at: Problem["at"];
  readonly text: string;
  /** It says itself that it is made up. */
  readonly isAnnounced: boolean;
}

const KEY = /^(?:api|secret|auth|access|private|bearer)_?(?:key|token|secret)$|^secretAccessKey$/i;
/** Their keys are given to browsers, or name the app and no more. */
const PUBLIC =
  /firebase|algolia|maps?\b|mapbox|posthog|segment|analytics|mixpanel|sentry|amplitude|pusher|recaptcha/i;
const ANNOUNCED = /your|fake|demo|example|sample|dummy|changeme|placeholder|replace|xxx|do-not-use|not-real/i;
const MIN_LENGTH = 12;

/** The key of `new Client({ apiKey })`, where a package is given one that stands in the source and nothing else may take its place. */
export function keyOfClient(node: t.Node, context: NodeContext): ClientKey | undefined {
  if (node.type !== "NewExpression" || NOT_KEPT.test(context.module.path)) return undefined;
  const [options] = node.arguments;
  if (options?.type !== "ObjectExpression") return undefined;
  const given = options.properties.find((one) => one.type === "ObjectProperty" && KEY.test(keyName(one.key)));
  if (given?.type !== "ObjectProperty") return undefined;
  const from = rootPackage(context.value(node.callee));
  if (from === undefined || PUBLIC.test(from.name)) return undefined;
  const [secret] = literalSecrets(context.value(given.value));
  if (secret === undefined || secret.isFallback || secret.text.length < MIN_LENGTH) return undefined;
  if (/\s/.test(secret.text) || isPlaceholder(secret.text)) return undefined;
  return {
    at: secret.site ?? { module: context.module, node: given },
    text: secret.text,
    isAnnounced: ANNOUNCED.test(secret.text),
  };
}
