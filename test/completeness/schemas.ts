import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { isRecord, itemsAt, textAt, valueAt } from "../e2e/harness/json.ts";
import { type Channel, crdFiles, type GatewayApiVersion, gatewayApiVersions } from "../e2e/harness/modules.ts";
import { type FieldShape, fieldsOf } from "./fields.ts";

/** What the published schemas of the Gateway API hold, release by release: the yardstick for the catalogue. */

/** A minor release: `v1.7`. No patch release has added or removed a reference. */
export type Release = string;

export const channels: readonly Channel[] = ["standard", "experimental"];

/** The minor release of a version. */
export function releaseOf(version: string): Release {
  return version.replace(/\.\d+$/, "");
}

/** Every minor release whose schemas are read, oldest first. */
export const releases: readonly Release[] = gatewayApiVersions.map(releaseOf);

/** A field of a kind, over all the versions of its schema in all releases. */
export interface Field {
  readonly group: string;
  readonly kind: string;
  /** The notation of the catalogue: steps by dots, `[]` for every item of a list. */
  readonly path: string;
  /** The releases that serve the field, oldest first; none where only versions that are not served have it. */
  readonly served: Readonly<Record<Channel, readonly Release[]>>;
  /** Whether it looks like a reference in any of them. */
  readonly found: boolean;
  /** What its schemas say that a reference is, each different answer once. */
  readonly shapes: readonly FieldShape[];
}

interface MutableField {
  readonly group: string;
  readonly kind: string;
  readonly path: string;
  readonly served: Record<Channel, Release[]>;
  found: boolean;
  readonly shapes: FieldShape[];
}

function addOnce<T>(list: T[], item: T, same: (other: T) => boolean = (other) => other === item): void {
  if (!list.some(same)) list.push(item);
}

/** The groups of the Gateway API. What was `networking.x-k8s.io` until v0.4 had other semantics and knew no grants. */
const groups = ["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"];

interface Crd {
  readonly group: string;
  readonly kind: string;
  readonly spec: unknown;
}

function crdOf(file: string): Crd {
  const crd = load(readFileSync(file, "utf8"));
  const group = textAt(crd, "spec", "group") ?? "";
  const kind = textAt(crd, "spec", "names", "kind");
  if (textAt(crd, "kind") !== "CustomResourceDefinition" || kind === undefined || !groups.includes(group)) {
    throw new Error(`${file} is no CRD of the Gateway API`);
  }
  return { group, kind, spec: valueAt(crd, "spec") };
}

/** The schemas of one bundle. */
export interface Bundle {
  readonly version: GatewayApiVersion;
  readonly channel: Channel;
  readonly crds: readonly Crd[];
}

/**
 * Every bundle, oldest first. v0.4 came before the channels were told apart: there a kind counts for those in which the
 * release after it had the kind.
 */
export function readBundles(): readonly Bundle[] {
  const bundles = gatewayApiVersions.flatMap((version) =>
    channels.map((channel) => ({
      version,
      channel,
      crds: crdFiles(version, channel).map(crdOf),
    })),
  );
  return bundles.map((bundle) => {
    if (bundle.version !== gatewayApiVersions[0]) return bundle;
    const after = bundles.find(
      ({ version, channel }) => version === gatewayApiVersions[1] && channel === bundle.channel,
    );
    const kinds = after?.crds.map(({ kind }) => kind) ?? [];
    return { ...bundle, crds: bundle.crds.filter(({ kind }) => kinds.includes(kind)) };
  });
}

/** Every field of the bundles by group, kind and path, in the order in which they came to be. */
export function readFields(bundles: readonly Bundle[]): readonly Field[] {
  const fields = new Map<string, MutableField>();
  for (const { version, channel, crds } of bundles) {
    const release = releaseOf(version);
    for (const { group, kind, spec } of crds) {
      for (const entry of itemsAt(spec, "versions")) {
        const schema = valueAt(entry, "schema", "openAPIV3Schema");
        if (!isRecord(schema)) throw new Error(`${kind} of ${version} has a version without a schema`);
        for (const { path, found, shape } of fieldsOf(schema)) {
          const id = `${group}/${kind} ${path}`;
          const field: MutableField = fields.get(id) ?? {
            group,
            kind,
            path,
            served: { standard: [], experimental: [] },
            found: false,
            shapes: [],
          };
          fields.set(id, field);
          if (valueAt(entry, "served") === true) addOnce(field.served[channel], release);
          field.found ||= found;
          if (shape !== null) {
            addOnce(field.shapes, shape, (other) => JSON.stringify(other) === JSON.stringify(shape));
          }
        }
      }
    }
  }
  return [...fields.values()];
}
