import { parseAllDocuments } from "yaml";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import type { Decision } from "../../src/model/decision.ts";
import { SEVERITIES, type Severity } from "../../src/model/finding.ts";
import { formatPath, type KubeObject, keyOf, type ObjectKey } from "../../src/model/object.ts";
import type { Report } from "../../src/model/report.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { audit } from "../../src/pipeline.ts";

/** A manifest as a test writes it. */
export type Manifest = { readonly kind: string; readonly [field: string]: unknown };

/** The snapshot of some manifests, read as files are. */
export function snapshotOf(manifests: readonly Manifest[], closed = true): Snapshot {
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests });
  return snapshotOfManifests(objectsOf(parseDocuments([{ name: "world.json", text }]), "default"), closed);
}

/** Every object of a YAML text, of kinds that the tool knows nothing about too, as a cluster gives them. */
export function snapshotOfText(text: string): Snapshot {
  const world = snapshotOfManifests(objectsOf(parseDocuments([{ name: "cluster.yaml", text }]), "default"), true);
  const others = parseAllDocuments(text).flatMap((document) => otherObject(document.toJS()));
  const objects = new Map<ObjectKey, KubeObject>(
    [...world.objects].map(([key, object]) => [key, { ...object, locate: () => null }]),
  );
  for (const object of others) if (!objects.has(keyOf(object.id))) objects.set(keyOf(object.id), object);
  return { ...world, source: "cluster", objects };
}

/** An object as a cluster gives it, whatever its kind. */
function otherObject(body: Manifest | null): readonly KubeObject[] {
  if (body === null) return [];
  const [group = "", version] = `${body.apiVersion}`.includes("/")
    ? `${body.apiVersion}`.split("/")
    : ["", body.apiVersion];
  const metadata = new Map(Object.entries(Object(body.metadata)));
  const labels = new Map(Object.entries(Object(metadata.get("labels"))).map(([key, value]) => [key, String(value)]));
  const namespace = metadata.get("namespace");
  return [
    {
      id: {
        group,
        kind: body.kind,
        namespace: namespace === undefined ? null : String(namespace),
        name: String(metadata.get("name")),
      },
      apiVersion: group === "" ? String(version) : `${group}/${version}`,
      labels,
      terminating: false,
      body,
      locate: () => null,
    },
  ];
}

/** The whole report on some manifests. */
export function reportOn(manifests: readonly Manifest[], closed = true): Report {
  return audit(snapshotOf(manifests, closed), { namespace: null, selector: [] });
}

/** `permitted`, `refused RefNotPermitted`, `unknown`: a decision in a word or two. */
export function verdictOf({ outcome }: Decision): string {
  return outcome.verdict === "refused" ? `refused ${outcome.reason}` : outcome.verdict;
}

/** `Kind namespace/name field: verdict` for each reference, in the order of the report; ` (mesh)` where parents differ. */
export function verdictLines({ decisions }: Report): readonly string[] {
  return decisions.map((decision) => {
    const { reference } = decision;
    const { kind, namespace: home, name } = reference.referrer;
    const regime = reference.handshake === "grant" ? (reference.scope?.regime ?? "gateway") : "gateway";
    const field = formatPath(reference.path).replace(/^spec\./, "");
    const under = regime === "gateway" ? "" : ` (${regime})`;
    return `${kind} ${home === null ? "" : `${home}/`}${name} ${field}${under}: ${verdictOf(decision)}`;
  });
}

/** `severity code Kind namespace/name` for each finding that is at least as grave. */
export function findingLines({ findings }: Report, least: Severity = "info"): readonly string[] {
  const grave = SEVERITIES.slice(0, SEVERITIES.indexOf(least) + 1);
  return findings
    .filter(({ severity }) => grave.includes(severity))
    .map(({ severity, code, subject }) => {
      const home = subject?.namespace ?? null;
      return `${severity} ${code}${subject === null ? "" : ` ${subject.kind} ${home === null ? "" : `${home}/`}${subject.name}`}`;
    });
}

/** The report on the same manifests as if a cluster had given them. */
export function reportOnCluster(manifests: readonly Manifest[], more: Partial<Snapshot> = {}): Report {
  return audit({ ...snapshotOf(manifests), source: "cluster", ...more }, { namespace: null, selector: [] });
}

export const GW = "gateway.networking.k8s.io";
/** The group of the experimental kinds. */
export const GWX = "gateway.networking.x-k8s.io";

/** A Namespace with labels. */
export function namespace(name: string, labels: Record<string, string> = {}): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** A core object of which only the existence matters. */
export function core(kind: "Service" | "Secret" | "ConfigMap", namespaceName: string, name: string): Manifest {
  return { apiVersion: "v1", kind, metadata: { namespace: namespaceName, name } };
}

/** An object of any kind; `namespaceName` is null for one that stands in no namespace. */
export function object(
  apiVersion: string,
  kind: string,
  namespaceName: string | null,
  name: string,
  spec: object,
): Manifest {
  const metadata = namespaceName === null ? { name } : { namespace: namespaceName, name };
  return { apiVersion, kind, metadata, spec };
}

/** An object as a cluster gives it: with a status, and the generation that conditions compare with. */
export function withStatus(manifest: Manifest, status: object, generation = 3): Manifest {
  return { ...manifest, metadata: { ...Object(manifest.metadata), generation }, status };
}

/** A route of any kind in `namespace`, with the parts of its spec that matter. */
export function route(kind: string, namespaceName: string, name: string, spec: object): Manifest {
  return { apiVersion: `${GW}/v1`, kind, metadata: { namespace: namespaceName, name }, spec };
}

/** A Gateway with these listeners. */
export function gateway(
  namespaceName: string,
  name: string,
  listeners: readonly object[],
  more: object = {},
): Manifest {
  return {
    apiVersion: `${GW}/v1`,
    kind: "Gateway",
    metadata: { namespace: namespaceName, name },
    spec: { gatewayClassName: "x", listeners, ...more },
  };
}

export interface FromEntry {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
}
export interface ToEntry {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string | null;
}

/** A ReferenceGrant; entries are completed to "HTTPRoutes of app" and "Services". */
export function grant(
  namespaceName: string,
  name: string,
  from: readonly FromEntry[],
  to: readonly ToEntry[],
): Manifest {
  return {
    apiVersion: `${GW}/v1`,
    kind: "ReferenceGrant",
    metadata: { namespace: namespaceName, name },
    spec: {
      from: from.map((entry) => ({ group: GW, kind: "HTTPRoute", namespace: "app", ...entry })),
      to: to.map((entry) => ({ group: "", kind: "Service", ...entry })),
    },
  };
}
