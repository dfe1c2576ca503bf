import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: { readonly limits: object; readonly requests: object };
  readonly livenessProbe: { readonly exec: { readonly command: readonly string[] } };
  readonly readinessProbe: { readonly exec: { readonly command: readonly string[] } };
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes: readonly object[];
}

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly replicas?: number;
    readonly minAvailable?: number;
    readonly accessModes?: readonly string[];
    readonly template?: { readonly spec: PodSpec };
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly object[];
    readonly egress?: readonly {
      readonly to: readonly object[];
      readonly ports: readonly { readonly port: number }[];
    }[];
  };
}

const FILE = join(import.meta.dirname, "../../skeleton/deploy/kubernetes/hauberk-skeleton.yaml");
const documents = parseAllDocuments(readFileSync(FILE, "utf8"), { strict: true, uniqueKeys: true });
const manifests = documents.map((document) => document.toJS() as Manifest);
const find = (kind: string): Manifest["spec"] =>
  manifests.find((manifest) => manifest.kind === kind)?.spec ?? {};
const pod = find("Deployment").template?.spec as PodSpec;
const container = pod.containers[0] as Container;

test("the file is YAML without errors, of the kinds it should have", () => {
  assert.deepEqual(
    documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]),
    [],
  );
  assert.deepEqual(
    manifests.map(({ kind }) => kind),
    ["Deployment", "PersistentVolumeClaim", "PodDisruptionBudget", "Service", "NetworkPolicy"],
  );
  assert.equal(pod.containers.length, 1);
});

test("the pod is an ordinary user under the default system call filter, with no account of the cluster's", () => {
  const { runAsNonRoot, runAsUser, runAsGroup, seccompProfile } = pod.securityContext;
  assert.deepEqual(
    { runAsNonRoot, runAsUser, runAsGroup, seccompProfile },
    {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      seccompProfile: { type: "RuntimeDefault" },
    },
  );
  assert.equal(pod.automountServiceAccountToken, false);
  assert.equal(pod.enableServiceLinks, false);
  assert.deepEqual([pod.hostNetwork, pod.hostPID], [undefined, undefined]);
  assert.doesNotMatch(JSON.stringify(pod.volumes), /hostPath/);
});

test("the container gains no right and writes nowhere but to its data and /tmp", () => {
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  assert.deepEqual(
    container.volumeMounts.map(({ mountPath }) => mountPath),
    ["/data", "/tmp"],
  );
  assert.ok("memory" in container.resources.limits && "cpu" in container.resources.requests);
});

test("files attached through one pod are read through the others", () => {
  assert.deepEqual(find("PersistentVolumeClaim").accessModes, ["ReadWriteMany"]);
  assert.match(JSON.stringify(pod.volumes), /"name":"data","persistentVolumeClaim"/);
});

test("it is given time to say that it goes, and to go", () => {
  const delay = Number(container.env.find(({ name }) => name === "SHUTDOWN_DELAY_SECONDS")?.value);
  assert.ok(pod.terminationGracePeriodSeconds >= delay + 8 + 2);
  assert.ok(container.livenessProbe.exec.command.includes("healthz"));
  assert.ok(container.readinessProbe.exec.command.includes("readyz"));
});

test("an eviction leaves enough of them", () => {
  assert.ok((find("PodDisruptionBudget").minAvailable ?? 0) < (find("Deployment").replicas ?? 0));
});

test("only the ingress controller and Prometheus get in, and out leads nothing but names and stores", () => {
  const { policyTypes, ingress = [], egress = [] } = find("NetworkPolicy");
  assert.deepEqual(policyTypes, ["Ingress", "Egress"]);
  assert.equal(ingress.length, 2);
  assert.ok(ingress.every((rule) => "from" in rule && "ports" in rule));
  assert.deepEqual(
    egress.flatMap(({ ports }) => ports.map(({ port }) => port)),
    [5432, 6379, 53, 53],
  );
  assert.ok(egress.every(({ to }) => to.length > 0));
  assert.doesNotMatch(JSON.stringify(egress), /ipBlock/);
});

test("no secret is in the file", () => {
  assert.deepEqual(
    container.env.map(({ name }) => name).filter((name) => /SECRET|URL|PASSWORD/.test(name)),
    [],
  );
});
