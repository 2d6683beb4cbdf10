import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { CUSTOM_RESOURCE_DEFINITION, GATEWAY_API } from "../../src/catalogue/kinds.ts";
import { type Denial, DenyingCluster, denying, type Rule } from "../harness/denying-cluster.ts";
import { SEED } from "../harness/law-runs.ts";
import type { Manifest } from "../harness/world.ts";

/** Who may not see what, in the worlds of the stories. */

const ROOT = join(import.meta.dirname, "../..");

/** The manifests of a folder of the repository. */
function manifestsIn(folder: string): readonly Manifest[] {
  return globSync(`${folder}/*.yaml`, { cwd: ROOT })
    .toSorted()
    .flatMap((file) => parseAllDocuments(readFileSync(join(ROOT, file), "utf8")))
    .flatMap((document): readonly Manifest[] => {
      const object: unknown = document.errors.length > 0 ? null : document.toJS();
      return object !== null && typeof object === "object" && "kind" in object && "metadata" in object
        ? [{ ...object, kind: String(object.kind) }]
        : [];
    });
}

/** A world that the tests tell a story of, or the examples. */
export interface Story {
  readonly folder: string;
  readonly cluster: DenyingCluster;
  /** Each thing that may be denied there. */
  readonly denials: readonly Denial[];
}

/**
 * Everything that one may be denied in a world: a kind; all that stands in a namespace; a kind in a namespace; labels of Namespaces,
 * as one of the kinds; definitions, one of them; one object. And a kind for one of the two verbs alone.
 */
export function denialsIn(cluster: DenyingCluster): readonly Denial[] {
  const { kinds, objects } = cluster;
  const namespaces = objects.flatMap(({ info, name }) => (info.kind === "Namespace" ? [name] : [])).toSorted();
  const present = [...new Set(objects.map(({ info }) => info))];
  return [
    ...kinds.map((kind) => denying(kind)),
    ...present.flatMap((kind) => [denying(kind, null, null, ["get"]), denying(kind, null, null, ["list"])]),
    ...namespaces.map((namespace) => denying(null, namespace)),
    ...present
      .filter(({ scope }) => scope === "Namespaced")
      .flatMap((kind) => namespaces.map((namespace) => denying(kind, namespace))),
    denying(CUSTOM_RESOURCE_DEFINITION, null, `gateways.${GATEWAY_API}`),
    ...objects.map(({ info, namespace, name }) => denying(info, namespace, name)),
  ];
}

/** Every world of the stories and of the examples. */
export const STORIES: readonly Story[] = [
  ...new Set(globSync("{test/scenarios/*,examples/world,examples/guides/*}/*.yaml", { cwd: ROOT }).map(dirname)),
]
  .toSorted()
  .map((folder) => {
    const cluster = new DenyingCluster(manifestsIn(folder));
    return { folder, cluster, denials: denialsIn(cluster) };
  });

/** Some pairs of what may be denied, or all where as many are asked for. */
export function pairsOf(denials: readonly Denial[], most: number): readonly (readonly [Denial, Denial])[] {
  const all = (denials.length * (denials.length - 1)) / 2;
  if (all <= most) return denials.flatMap((one, at) => denials.slice(at + 1).map((other) => [one, other] as const));
  const index = fc.nat(denials.length - 1);
  return fc.sample(fc.tuple(index, index), { numRuns: most, ...SEED }).flatMap(([one, other]) => {
    const [first, second] = [denials[one], denials[other]];
    return first === undefined || second === undefined || first === second ? [] : [[first, second] as const];
  });
}

/** One who may do nothing but read, in some namespaces, what a team has there. */
export function tenantOf(
  cluster: DenyingCluster,
  namespaces: readonly string[],
): { readonly denials: readonly Denial[]; readonly rules: readonly Rule[] } {
  const own = cluster.kinds.filter(({ kind }) => /Route$|^Gateway$|^Service$|^ReferenceGrant$/.test(kind));
  return {
    denials: cluster.kinds.map((kind) => denying(kind)),
    rules: own.flatMap(({ group, plural }) =>
      namespaces.flatMap((namespace) => [
        { verb: "get", group, plural, namespace } as const,
        { verb: "list", group, plural, namespace } as const,
      ]),
    ),
  };
}
