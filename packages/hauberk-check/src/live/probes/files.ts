import type { Client } from "../client.ts";
import type { Answer } from "../facts.ts";

/** Files that should never leave a server, each with what only the real one contains. */
const SENSITIVE: readonly (readonly [path: string, content: RegExp])[] = [
  ["/.env", /^[ \t]*(?:export[ \t]+)?[A-Z][A-Z0-9_]+[ \t]*=/m],
  ["/.env.production", /^[ \t]*(?:export[ \t]+)?[A-Z][A-Z0-9_]+[ \t]*=/m],
  ["/.git/HEAD", /^ref: refs\/|^[0-9a-f]{40}\s*$/],
  ["/.git/config", /^\[core\]/m],
  ["/.npmrc", /^(?:\/\/|registry\s*=|@\S+:registry)/m],
  ["/.htpasswd", /^[\w.-]+:\$?[\w./$]+/m],
  ["/package.json", /"(?:dependencies|devDependencies|scripts)"\s*:/],
  ["/package-lock.json", /"lockfileVersion"\s*:/],
  ["/node_modules/express/package.json", /"name"\s*:\s*"express"/],
  ["/app.js", /require\(['"]express['"]\)|from ['"]express['"]/],
  ["/server.js", /require\(['"]express['"]\)|from ['"]express['"]/],
  ["/index.js", /require\(['"]express['"]\)|from ['"]express['"]/],
  ["/Dockerfile", /^FROM\s+\S+/m],
  ["/docker-compose.yml", /^services:/m],
  ["/id_rsa", /BEGIN (?:OPENSSH|RSA) PRIVATE KEY/],
  ["/server.key", /BEGIN (?:EC |RSA )?PRIVATE KEY/],
  ["/backup.sql", /\b(?:CREATE TABLE|INSERT INTO)\b/i],
  ["/.DS_Store", /Bud1/],
];
const FOLDERS = ["/public/", "/uploads/", "/files/", "/static/", "/assets/", "/logs/", "/backup/", "/ftp/"];

export async function exposedFiles(client: Client): Promise<readonly Answer[]> {
  const found: Answer[] = [];
  for (const [path, content] of SENSITIVE) {
    const answer = await client.tryAsk({ path });
    // A page that stands in for everything that is missing is not the file.
    if (answer?.status === 200 && !/^\s*<(?:!doctype|html)/i.test(answer.body) && content.test(answer.body))
      found.push(answer);
  }
  return found;
}

export async function listedFolders(client: Client, assets: readonly string[]): Promise<readonly Answer[]> {
  const own = assets.map((path) => path.slice(0, path.lastIndexOf("/") + 1)).filter((path) => path !== "/");
  const answers: Answer[] = [];
  for (const path of new Set([...own.slice(0, 4), ...FOLDERS])) {
    const answer = await client.tryAsk({ path });
    if (answer?.status === 200) answers.push(answer);
  }
  return answers;
}
