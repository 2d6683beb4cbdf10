import { stringify } from "yaml";
import { GATEWAY_API, GATEWAY_API_X } from "../../../src/catalogue/kinds.ts";
import { kindInfo } from "../../../src/catalogue/known.ts";
import type { CatalogueRow } from "../../../src/catalogue/row.ts";
import type { GroupKind } from "../../../src/model/object.ts";
import { groupKindOf, metadataOf, NEEDED, readFixture } from "../../catalogue/fixtures/load.ts";
import type { Manifest } from "../../harness/world.ts";
import { isRecord, textAt, valueAt } from "../harness/json.ts";

/** The refused worlds of all fixtures of the catalogue, beside each other in one cluster. */

/** A fixture's refused world in two namespaces of its own. */
export interface Placed {
  /** Below the folder of the fixtures. */
  readonly file: string;
  readonly row: CatalogueRow;
  /** The resource of the referrer as kubectl takes it, with its group, and the referrer's name. */
  readonly target: string;
  /** The namespace of the referrer, and that to which it refers; both are there. */
  readonly app: string;
  readonly shared: string;
  readonly manifests: readonly Manifest[];
}

const KUBERNETES: readonly string[] = ["", "networking.k8s.io"];

const pluralOf = ({ group, kind }: GroupKind): string =>
  kindInfo({ group, kind })?.plural ?? `${kind.toLowerCase().replace(/y$/, "ie")}s`;

/** A value with the namespaces `app` and `shared`, and the label that selectors go by, called by the fixture's number. */
function moved(value: unknown, number: number, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, number, key));
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, moved(field, number, name)]));
  }
  if (typeof value !== "string") return value;
  if (key === "namespace" && (value === "app" || value === "shared")) return `${value}-${number}`;
  if (key === "exposed") return `${value}-${number}`;
  return key === "konghq.com/plugins" ? value.replace(/^shared:/, `shared-${number}:`) : value;
}

/** The API server wants both keys in a Secret for TLS. */
function completed(manifest: Manifest): Manifest {
  const isTls = manifest.kind === "Secret" && manifest.type === "kubernetes.io/tls";
  const data = valueAt(manifest, "data") ?? valueAt(manifest, "stringData");
  return isTls && data === undefined ? { ...manifest, data: { "tls.crt": "", "tls.key": "" } } : manifest;
}

function placed(manifest: Manifest, number: number): Manifest {
  const there = moved(completed(manifest), number);
  if (!isRecord(there)) throw new Error("a manifest stays an object");
  return { ...there, kind: manifest.kind };
}

/** Every fixture, each in namespaces `app-N` and `shared-N`. */
export const PLACED: readonly Placed[] = NEEDED.map(({ row, known }, number) => {
  const { file, refused } = readFixture(row, known);
  const manifests = refused.map((manifest) => placed(manifest, number));
  const [referrer] = manifests;
  if (referrer === undefined) throw new Error(`${file} is empty`);
  const groupKind = groupKindOf(referrer);
  const resource = [pluralOf(groupKind), ...(groupKind.group === "" ? [] : [groupKind.group])].join(".");
  const metadata = metadataOf(referrer);
  return {
    file,
    row,
    target: `${resource}/${textAt(metadata, "name")}`,
    app: `app-${number}`,
    shared: `shared-${number}`,
    manifests,
  };
});

/** Fixtures of fields that the newest release of the Gateway API does not have any more. */
export const isRetired = ({ row }: Placed): boolean => row.implementation === "gateway-api" && row.until !== null;

/** All objects of some fixtures, with the namespaces that they are in, as YAML. */
export function worldOf(fixtures: readonly Placed[]): string {
  const manifests = fixtures.flatMap((one) => one.manifests);
  const namespaces = fixtures.flatMap(({ app, shared }) => [app, shared]);
  return [...namespaces.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })), ...manifests]
    .map((object) => stringify(object))
    .join("---\n");
}

/** The least of a CRD for every kind of others in some fixtures: group, kind and versions are theirs, every field is let through. */
export function definitionsOf(fixtures: readonly Placed[]): string {
  const own = [...KUBERNETES, GATEWAY_API, GATEWAY_API_X];
  const manifests = fixtures.flatMap((one) => one.manifests).filter((one) => !own.includes(groupKindOf(one).group));
  const byKind = Map.groupBy(manifests, (one) => {
    const { group, kind } = groupKindOf(one);
    return `${pluralOf({ group, kind })}.${group}`;
  });
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return [...byKind]
    .map(([name, [first, ...others]]) => {
      if (first === undefined) throw new Error(`nothing is a ${name}`);
      const { group, kind } = groupKindOf(first);
      const versions = [...new Set([first, ...others].map((one) => String(one.apiVersion).replace(/^.*\//, "")))];
      const plural = pluralOf({ group, kind });
      return stringify({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name },
        spec: {
          group,
          scope: textAt(metadataOf(first), "namespace") === undefined ? "Cluster" : "Namespaced",
          names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
          versions: versions.map((version, at) => ({ name: version, served: true, storage: at === 0, schema })),
        },
      });
    })
    .join("---\n");
}
