import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { itemsAt, textAt, valueAt } from "./json.ts";
import { type Channel, crdFiles, type GatewayApiVersion } from "./modules.ts";
import { mapManifests } from "./report.ts";

/** The groups of the Gateway API. */
const groups: readonly string[] = ["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"];

/** Is it one of the groups of the Gateway API? */
export function isGatewayApi(group: string): boolean {
  return groups.includes(group);
}

/** The tool's preference (docs/rules.md §1.1, §2.1). */
const newestFirst = ["v1", "v1beta1", "v1alpha3", "v1alpha2", "v1alpha1"];

/** What a bundle has of one kind. */
export interface BundledKind {
  readonly group: string;
  readonly plural: string;
  /** The versions that it serves, the one to prefer first. */
  readonly versions: readonly string[];
}

/** The kinds of the Gateway API that a bundle serves, by `Kind.group`. */
export type Bundle = ReadonlyMap<string, BundledKind>;

const bundles = new Map<string, Bundle>();

function readBundle(version: GatewayApiVersion, channel: Channel): Bundle {
  const served = new Map<string, BundledKind>();
  for (const file of crdFiles(version, channel)) {
    for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
      const crd: unknown = document.toJS();
      const group = textAt(crd, "spec", "group") ?? "";
      if (!isGatewayApi(group)) continue;
      const versions = itemsAt(crd, "spec", "versions")
        .filter((entry) => valueAt(entry, "served") === true)
        .map((entry) => textAt(entry, "name") ?? "")
        .toSorted((a, b) => newestFirst.indexOf(a) - newestFirst.indexOf(b));
      const plural = textAt(crd, "spec", "names", "plural") ?? "";
      served.set(`${textAt(crd, "spec", "names", "kind")}.${group}`, { group, plural, versions });
    }
  }
  return served;
}

/** What a bundle serves, as its CRDs say. */
export function bundleOf(version: GatewayApiVersion, channel: Channel): Bundle {
  const key = `${version} ${channel}`;
  const bundle = bundles.get(key) ?? readBundle(version, channel);
  bundles.set(key, bundle);
  return bundle;
}

/** Is it an object of one of the Gateway API's groups? */
export function isOfGatewayApi(object: unknown): boolean {
  return isGatewayApi((textAt(object, "apiVersion") ?? "").replace(/\/.*/, ""));
}

/** The manifests with every object of the Gateway API in a version that `choose` takes of those served, or left out. */
export function inVersionsOf(
  bundle: Bundle,
  manifests: string,
  choose: (versions: readonly string[]) => string | undefined,
): string {
  return mapManifests(manifests, (object) => {
    if (!isOfGatewayApi(object)) return object;
    const [group = ""] = (textAt(object, "apiVersion") ?? "").split("/");
    const version = choose(bundle.get(`${textAt(object, "kind")}.${group}`)?.versions ?? []);
    return version === undefined ? null : { ...object, apiVersion: `${group}/${version}` };
  });
}
