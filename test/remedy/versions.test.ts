import { expect, it } from "vitest";
import { inquire } from "../../src/pipeline.ts";
import { GW, gateway, grant, type Manifest, snapshotOf } from "../harness/world.ts";

const secure = (name: string, certificates: readonly object[]): Manifest =>
  gateway("b", name, [{ name: "l", port: 443, protocol: "HTTPS", tls: { certificateRefs: certificates } }]);

it("a grant that is advised is written in the version that most grants of all files are, whichever its object depends on", () => {
  const old: Manifest = { ...grant("a", "g", [], []), apiVersion: `${GW}/v1beta1` };
  const forC = grant("c", "for-c", [{ kind: "Gateway", namespace: "b" }], [{ kind: "Secret", name: "x" }]);
  const inA = { name: "x", namespace: "a" };
  const world = snapshotOf([secure("one", [inA]), secure("two", [inA, { name: "x", namespace: "c" }]), old, forC]);
  const objects = ["one", "two"].map((name) => ({ group: GW, kind: "Gateway", namespace: "b", name }));
  const { answers } = inquire(world, { objects, hops: false }).answer;
  const manifests = answers.flatMap(({ advice }) =>
    [...advice.values()].flatMap((own) =>
      own.advice === "repair"
        ? own.repairs.flatMap((repair) => (repair.repair === "add-grant" ? [repair.change.manifest] : []))
        : [],
    ),
  );
  expect(manifests).toHaveLength(2);
  expect(manifests[0]).toEqual(manifests[1]);
  expect(manifests[0]).toMatchObject({ apiVersion: `${GW}/v1` });
});
