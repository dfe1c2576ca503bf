import { isCompose, isForDevelopment } from "../../kit/docker.ts";
import { servicesOf, type Service } from "../../kit/compose-services.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/open-store",
  title: "A database can be reached from everywhere",
  severity: "high",
  confidence: "medium",
  cwe: [306],
  asvs: ["13.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Docker publishes a port past the machine's firewall; scanners find an open database within the hour and take what is in it.",
  fix: "Remove `ports` (services of one file reach one another by name) or bind to 127.0.0.1, and set a password.",
  doc: "Only in compose files that build the app, and that neither their name nor a mounted folder of sources calls a developer's.",
  file(context) {
    if (!isCompose(context.path) || isForDevelopment(context)) return;
    for (const service of servicesOf(context.text)) {
      const [port] = service.published;
      if (port === undefined) continue;
      const how = OPEN.find(({ is, open }) => is.test(service.image) && open(service));
      if (how === undefined && !STORE.test(service.image)) continue;
      context.report({
        at: context.place(port.start, port.end),
        severity: how === undefined ? "low" : "high",
        message: `${service.name} is published on every interface, ${how?.says ?? "with nothing but its password in front"}.`,
      });
    }
  },
});

interface Kind {
  readonly is: RegExp;
  readonly open: (service: Service) => boolean;
  readonly says: string;
}

const lacks =
  (pattern: RegExp) =>
  ({ text }: Service): boolean =>
    !pattern.test(text);
const has =
  (pattern: RegExp) =>
  ({ text }: Service): boolean =>
    pattern.test(text);
const NOTHING = "and nothing gives it a password";

/** What keeps data, whether it asks for a password or not. */
const STORE =
  /^(?:library\/|bitnami\/)?(?:mongo|mongodb|redis|valkey|mysql|mariadb|percona|postgres|postgresql|couchdb|cassandra|neo4j|influxdb|rethinkdb)(?::|@|$)|^(?:postgis\/postgis|mcr\.microsoft\.com\/mssql\/server)/;

/** By the image; what somebody made of it under a name of their own may ask for a password. */
const OPEN: readonly Kind[] = [
  {
    is: /^(?:library\/)?mongo(?::|@|$)/,
    open: lacks(/MONGO_INITDB_ROOT_|--auth\b|mongod\.conf/),
    says: NOTHING,
  },
  {
    is: /^(?:library\/)?(?:redis|valkey|valkey\/valkey)(?::|@|$)/,
    open: lacks(/requirepass|PASSWORD|aclfile|redis\.conf/i),
    says: NOTHING,
  },
  { is: /^(?:library\/)?memcached(?::|@|$)/, open: lacks(/--enable-sasl/), says: "and has no passwords" },
  {
    is: /^(?:library\/)?(?:mysql|mariadb|percona)(?::|@|$)/,
    open: has(/ALLOW_EMPTY_(?:ROOT_)?PASSWORD["']?\s*[:=]\s*["']?(?:yes|true|1)\b/i),
    says: "and its root has no password",
  },
  {
    is: /^(?:library\/)?postgres(?::|@|$)|postgis/,
    open: has(/HOST_AUTH_METHOD["']?\s*[:=]\s*["']?trust\b/),
    says: "and trusts everyone",
  },
  {
    is: /^(?:library\/)?(?:mysql|mariadb|percona|postgres)(?::|@|$)|postgis/,
    open: has(
      /_PASSWORD["']?[ \t]*[:=][ \t]*["']?(?:root|password|postgres|mysql|admin|example|secret|test|1234\d{0,4})["']?[ \t]*\r?$/im,
    ),
    says: "with a password that everybody tries first",
  },
  {
    is: /elasticsearch/,
    open: has(/xpack\.security\.enabled["']?\s*[:=]\s*["']?false/),
    says: "with its security off",
  },
  {
    is: /opensearch/,
    open: has(
      /DISABLE_SECURITY_PLUGIN["']?\s*[:=]\s*["']?true|plugins\.security\.disabled["']?\s*[:=]\s*["']?true/,
    ),
    says: "with its security off",
  },
  {
    is: /^(?:library\/)?mongo-express(?::|@|$)/,
    open: has(/BASICAUTH["']?\s*[:=]\s*["']?false/),
    says: "a console without a password",
  },
  { is: /redis-commander/, open: lacks(/HTTP_(?:USER|PASSWORD)/), says: "a console without a password" },
];
