import { extract } from "../../src/catalogue/extract.ts";
import { definitionsOf, servedKinds } from "../../src/catalogue/versions.ts";
import { decider } from "../../src/evaluate/decide.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import { sightOf } from "../../src/model/sight.ts";
import { median } from "./measure.ts";
import { type WorldObject, world } from "./world.ts";

/** How fast references are decided, once everything is read and indexed. */
export interface Deciding {
  readonly references: number;
  readonly perSecond: number;
}

const WARM_UP = 3;
const ROUNDS = 15;

/** Decides all references of a world again and again. */
function measure(objects: Iterable<WorldObject>): Deciding {
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...objects] });
  const snapshot = snapshotOfManifests(objectsOf(parseDocuments([{ name: "world.json", text }]), "default"), true);
  const sight = sightOf(snapshot);
  const extracted = extract(sight, servedKinds(snapshot, definitionsOf(sight)), "cluster");
  const evidence = { ...extracted, sight };
  const spent: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    // A new one each time: it remembers what it has decided.
    const decideOne = decider(evidence);
    const started = performance.now();
    for (const reference of evidence.references) decideOne(reference);
    spent.push(performance.now() - started);
  }
  const references = extracted.references.length;
  return { references, perSecond: references / (median(spent.slice(WARM_UP)) / 1000) };
}

/** Grants in namespaces that nothing refers to, like those of the world. */
function* elsewhere(count: number): Generator<WorldObject> {
  for (let index = 0; index < count; index += 1) {
    yield {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "ReferenceGrant",
      metadata: { name: "grant", namespace: `elsewhere-${index}` },
      spec: {
        from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: `other-${index}` }],
        to: [{ group: "", kind: "Service" }],
      },
    };
  }
}

/** The rate in a world, and in the same with ten times as many grants, all the others in namespaces that nobody refers to. */
export function measureDeciding(
  routes: number,
  grants: number,
): { readonly alone: Deciding; readonly among: Deciding } {
  const alone = measure(world(routes));
  const among = measure([...world(routes), ...elsewhere(9 * grants)]);
  return { alone, among };
}
