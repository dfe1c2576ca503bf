import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolPath } from "../../support/system-tool.ts";

const DEPLOY = join(import.meta.dirname, "../../../skeleton/deploy");

/** Where a proxy of these tests listens, and what is behind it. */
export interface Ports {
  readonly folder: string;
  readonly secure: number;
  readonly plain: number;
  /** The application's; the first one, if there are several. */
  readonly app: number;
  readonly others?: readonly number[];
  /** The name in place of app.example; its certificate and key are in the folder, as `<name>.crt` and `<name>.key`. */
  readonly host?: string;
  /** Whether browsers name the port, which is the case on every other than 443: the application must then hear of it. */
  readonly namesPort?: boolean;
}

/** The shipped file with ports, paths and the name of this test, and nothing else changed. */
export function nginxCommand({
  folder,
  secure,
  plain,
  app,
  others = [],
  host = "app.example",
  namesPort = false,
}: Ports): readonly string[] {
  const site = readFileSync(join(DEPLOY, "nginx/hauberk-skeleton.conf"), "utf8")
    .replaceAll(/listen 443 ssl/g, `listen 127.0.0.1:${secure} ssl`)
    .replaceAll(/listen 80\b/g, `listen 127.0.0.1:${plain}`)
    .replace("server 127.0.0.1:3000;", [app, ...others].map((port) => `server 127.0.0.1:${port};`).join(" "))
    .replace(/ssl_certificate .*;/, `ssl_certificate ${folder}/${host}.crt;`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${folder}/${host}.key;`)
    .replace("Host $host;", namesPort ? "Host $host:$server_port;" : "Host $host;")
    .replaceAll("app.example", host);
  mkdirSync(join(folder, "temp"));
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/temp/${kind};`,
  );
  const main = `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
    events {} http { access_log off; ${temp.join(" ")} ${site} }`;
  writeFileSync(join(folder, "nginx.conf"), main);
  return [toolPath("nginx"), "-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")];
}

export function caddyCommand({ folder, secure, plain, app }: Ports): readonly string[] {
  const file = readFileSync(join(DEPLOY, "caddy/Caddyfile"), "utf8")
    .replace(
      "{\n\tservers",
      `{\n\tadmin off\n\thttp_port ${plain}\n\thttps_port ${secure}\n\tstorage file_system ${folder}\n\tservers`,
    )
    .replace("app.example {", `app.example {\n\ttls ${folder}/app.example.crt ${folder}/app.example.key`)
    .replace("127.0.0.1:3000", `127.0.0.1:${app}`);
  writeFileSync(join(folder, "Caddyfile"), file);
  return [toolPath("Caddy"), "run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
}
