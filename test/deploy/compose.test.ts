import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly ipv4_address?: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly pids_limit?: number;
  readonly mem_limit?: string;
  readonly healthcheck?: object;
  readonly deploy?: { readonly replicas: number };
  readonly depends_on?: object;
  readonly command?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

const FILE = join(import.meta.dirname, "../../skeleton/deploy/docker/compose.yaml");
const text = readFileSync(FILE, "utf8");
const { services, networks } = parse(text, { strict: true, uniqueKeys: true }) as Compose;
const NAMES = ["app", "nginx", "redis", "postgres"];

test("there are several instances, a proxy and the two stores they share", () => {
  assert.deepEqual(Object.keys(services), NAMES);
  assert.equal(services["app"]?.deploy?.replicas, 3);
  assert.deepEqual(Object.keys(services["app"]?.depends_on ?? {}), ["redis", "postgres"]);
});

for (const name of NAMES) {
  const service = services[name] ?? {};

  test(`${name} writes to no file system but its own data, and cannot gain a right`, () => {
    assert.equal(service.read_only, true);
    assert.deepEqual(service.cap_drop, ["ALL"]);
    assert.deepEqual(service.security_opt, ["no-new-privileges:true"]);
    assert.equal(service.privileged, undefined);
    assert.doesNotMatch(JSON.stringify(service.volumes), /docker\.sock|"\/:/);
  });

  test(`${name} cannot take the whole machine`, () => {
    assert.ok((service.pids_limit ?? 0) > 0 && (service.pids_limit ?? 0) <= 128);
    assert.match(service.mem_limit ?? "", /^\d+m$/);
  });

  test(`${name} is a version somebody chose`, () => {
    if (service.image !== undefined) assert.match(service.image, /:(?!latest$).+/);
  });
}

function having(has: (service: Service) => boolean): readonly string[] {
  return NAMES.filter((name) => has(services[name] ?? {}));
}

test("only nginx has capabilities, only nginx has ports, and only nginx is outside", () => {
  assert.deepEqual(
    having((service) => service.cap_add !== undefined),
    ["nginx"],
  );
  assert.deepEqual(
    having((service) => service.ports !== undefined),
    ["nginx"],
  );
  assert.deepEqual(
    having((service) => JSON.stringify(service.networks).includes("outside")),
    ["nginx"],
  );
  assert.equal(networks["inside"]?.internal, true);
});

test("the application believes nginx's address, and no other one of its network", () => {
  const of = services["nginx"]?.networks as Readonly<Record<string, { ipv4_address?: string }>> | undefined;
  const address = of?.["inside"]?.ipv4_address;
  assert.equal(services["app"]?.environment?.["PROXY"], `cidr:${address}/32,127.0.0.1/32`);
});

test("there is no password in the file, and none that would be empty", () => {
  const used = [...text.matchAll(/\$\{([A-Z_]+)([^}]*)\}/g)].map(
    ([, name, rest]) => `${name}${rest?.slice(0, 2)}`,
  );
  assert.deepEqual([...new Set(used)].toSorted(), [
    "APP_SECRETS:?",
    "ORIGIN:?",
    "POSTGRES_PASSWORD:?",
    "REDIS_PASSWORD:?",
  ]);
});

test("Redis refuses to write rather than to log people out", () => {
  assert.match(services["redis"]?.command?.join(" ") ?? "", /--maxmemory-policy noeviction/);
});
