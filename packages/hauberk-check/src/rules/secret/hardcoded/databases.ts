import { parseJson } from "../../../files/paths.ts";
import { isAnnounced } from "../../kit/credential-words.ts";
import { servicesOf } from "../../kit/compose-services.ts";
import { OF_IMAGES } from "./addresses.ts";
import type { FileSecret } from "./files.ts";

/** What `sequelize init` writes for production, when somebody fills it in; `null` is as it came. */
export function ofDatabaseSettings(text: string): readonly FileSecret[] {
  const settings = (parseJson(text) as Record<string, unknown> | undefined)?.["production"];
  if (typeof settings !== "object" || settings === null) return [];
  const { username, password, dialect, use_env_variable: variable } = settings as Record<string, unknown>;
  if (typeof dialect !== "string" || dialect === "sqlite" || typeof variable === "string") return [];
  if (typeof username !== "string" || username === "" || typeof password !== "string") return [];
  if (/^[$<{%]/.test(password) || (password !== "" && isAnnounced(password))) return [];
  const start = text.indexOf('"password"', text.indexOf('"production"'));
  const what =
    password === ""
      ? "The production database is opened without a password"
      : "The password of the production database stands here";
  return start === -1 ? [] : [{ start, end: start + '"password"'.length, what, text: password }];
}

const STORE =
  /(?:^|\/)(?:mysql|mariadb|postgres|postgis|mongo|redis|rabbitmq|neo4j|couchdb|mssql|elasticsearch)/;
const PASSWORD = /^[ \t]+(?:-[ \t]+)?["']?([A-Z][A-Z\d_]*PASS(?:WORD)?)["']?(?:=|:[ \t]+)["']?([^\s"'#]+)/gm;

/** `MYSQL_ROOT_PASSWORD: root` of a database that everybody can reach: the words that are tried first. */
export const ofPublishedStores = (text: string): readonly FileSecret[] =>
  servicesOf(text)
    .filter(({ image, published }) => STORE.test(image) && published.length > 0)
    .flatMap((service) =>
      [...service.text.matchAll(PASSWORD)].flatMap((match) => {
        const [whole, name = "", value = ""] = match;
        if (!OF_IMAGES.test(value)) return [];
        const start = service.start + match.index + whole.lastIndexOf(value);
        return [
          {
            start,
            end: start + value.length,
            what: `${name} of a database whose port is published is a word that is tried first`,
            text: value,
          },
        ];
      }),
    );
