import { expect, it } from "vitest";
import { REFERENCE_GRANT } from "../../src/catalogue/kinds.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { inquire } from "../../src/pipeline.ts";
import { GW, gateway, grant, type Manifest, namespace, snapshotOf } from "../harness/world.ts";

const secure = (name: string, certificates: readonly object[]): Manifest =>
  gateway("b", name, [{ name: "l", port: 443, protocol: "HTTPS", tls: { certificateRefs: certificates } }]);

/** The grants that are advised for some Gateways of namespace b. */
function advised(world: Snapshot, names: readonly string[]): readonly unknown[] {
  const objects = names.map((name) => ({ group: GW, kind: "Gateway", namespace: "b", name }));
  const { answers } = inquire(world, { objects, hops: false }).answer;
  return answers.flatMap(({ advice }) =>
    [...advice.values()].flatMap((own) =>
      own.advice === "repair"
        ? own.repairs.flatMap((repair) => (repair.repair === "add-grant" ? [repair.change.manifest] : []))
        : [],
    ),
  );
}

const inA = { name: "x", namespace: "a" };

it("a grant that is advised for files is v1beta1, which every release serves, whatever else they hold", () => {
  const written = grant("c", "for-c", [{ kind: "Gateway", namespace: "b" }], [{ kind: "Secret", name: "x" }]);
  const world = snapshotOf([
    secure("one", [inA]),
    secure("two", [inA, { name: "x", namespace: "c" }]),
    written,
    namespace("a"),
  ]);
  const manifests = advised(world, ["one", "two"]);
  expect(manifests).toHaveLength(2);
  expect(manifests[0]).toEqual(manifests[1]);
  expect(manifests[0]).toMatchObject({ apiVersion: `${GW}/v1beta1` });
});

it.each(["v1", "v1beta1"])("one that is advised for a cluster is of the version that it serves: %s", (version) => {
  const world = snapshotOf([secure("one", [inA]), namespace("a")]);
  const served = [{ ...REFERENCE_GRANT, version }];
  const [manifest] = advised({ ...world, source: "cluster", served }, ["one"]);
  expect(manifest).toMatchObject({ apiVersion: `${GW}/${version}` });
});
