import { describe, expect, it } from "vitest";
import { auditText } from "../harness/printed.ts";
import { reportOnCluster } from "../harness/world.ts";

const source = (more: object = {}) => ({
  apiGroup: "snapshot.storage.k8s.io",
  kind: "VolumeSnapshot",
  name: "daily",
  ...more,
});

/** What is said of a claim that was applied with one data source and has another. */
function told(applied: unknown, left: object | undefined): readonly string[] {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": applied };
  const report = reportOnCluster([
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "restored", namespace: "app", annotations },
      spec: left === undefined ? {} : { dataSourceRef: left },
    },
  ]);
  const text = auditText(report, { width: null, color: false, unicode: true, headers: true });
  return report.findings.some(({ code }) => code === "data-source-namespace-dropped")
    ? text.split("\n").filter((line) => /claim|VolumeDataSource/i.test(line))
    : [];
}
const manifest = (dataSourceRef: object): string => JSON.stringify({ spec: { dataSourceRef } });

describe("a claim that was applied with a data source", () => {
  it("of another namespace, and has none now: the API server dropped the whole field", () => {
    expect(told(manifest(source({ namespace: "backups" })), undefined)).toEqual([
      "warning  PersistentVolumeClaim app/restored  dataSourceRef was dropped when the manifest was applied: it named VolumeSnapshot.snapshot.storage.k8s.io backups/daily  data-source-namespace-dropped",
      expect.stringContaining("drops the whole field: the volume starts empty"),
    ]);
  });
  it("of another namespace, and has one in its own: somebody else's doing", () => {
    expect(told(manifest(source({ namespace: "backups" })), source())).toEqual([
      expect.stringContaining("dataSourceRef.namespace is gone"),
      expect.stringContaining("the claim takes its data from its own namespace"),
    ]);
  });
  it("of its own namespace, written out: dropped just the same", () => {
    expect(told(manifest(source({ namespace: "app" })), undefined)[0]).toContain("app/daily");
  });
  it.each([
    ["and has it", manifest(source({ namespace: "backups" })), source({ namespace: "backups" })],
    ["of its own namespace, and has it without the word", manifest(source({ namespace: "app" })), source()],
    ["without a namespace", manifest(source()), undefined],
    ["with an empty namespace, which drops nothing", manifest(source({ namespace: "" })), source()],
    ["that names nothing", manifest({ namespace: "backups" }), undefined],
    ["in an annotation that somebody edited", "{", undefined],
  ])("%s: nothing to say", (_what, applied, left) => {
    expect(told(applied, left)).toEqual([]);
  });
});
