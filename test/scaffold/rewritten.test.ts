import { describe, expect, it } from "vitest";
import type { Grant, GrantEntries } from "../../src/model/grant.ts";
import { keyOf } from "../../src/model/object.ts";
import { rewrittenGrant } from "../../src/scaffold/rewritten.ts";
import { GW, grant, type Manifest, snapshotOf } from "../harness/world.ts";

/** A grant that is there, written with other entries. */

const ENTRIES: GrantEntries = {
  from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }],
  to: [{ group: "", kind: "Service", name: "x" }],
};

function rewrite(
  manifest: Manifest,
  entries: GrantEntries = ENTRIES,
  apiVersion: string | null = null,
  source: "cluster" | "files" = "cluster",
) {
  const id = { group: GW, kind: "ReferenceGrant", namespace: "backend", name: "allow" };
  const object = snapshotOf([manifest]).objects.get(keyOf(id));
  if (object === undefined) throw new Error("the world has no such grant");
  const own: Grant = { id, apiVersion: object.apiVersion, from: [], to: [], terminating: false, rejected: false };
  return rewrittenGrant(own, object, entries, { apiVersion, source }).manifest;
}

const OWN = grant("backend", "allow", [{}], [{}]);
const changed = (metadata: object): Manifest => ({ ...OWN, metadata: { ...Object(OWN.metadata), ...metadata } });
const BARE = { name: "allow", namespace: "backend" };

describe("what is kept of a grant that is written with other entries", () => {
  it.each<readonly [string, object, object]>([
    ["no more than there is", {}, BARE],
    ["labels", { labels: { team: "a" } }, { ...BARE, labels: { team: "a" } }],
    ["annotations", { annotations: { a: "b" } }, { ...BARE, annotations: { a: "b" } }],
    ["finalizers", { finalizers: ["a.b/c"] }, { ...BARE, finalizers: ["a.b/c"] }],
    [
      "who owns it",
      { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "b" }] },
      { ...BARE, ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "b" }] },
    ],
    [
      "what Helm goes by",
      { labels: { "app.kubernetes.io/managed-by": "Helm" }, annotations: { "meta.helm.sh/release-name": "r" } },
      {
        ...BARE,
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: { "meta.helm.sh/release-name": "r" },
      },
    ],
    [
      "nothing that the API server writes",
      {
        uid: "a",
        resourceVersion: "1",
        generation: 2,
        creationTimestamp: "2026-01-01T00:00:00Z",
        deletionTimestamp: "2026-01-01T00:00:00Z",
        deletionGracePeriodSeconds: 0,
        selfLink: "/x",
        managedFields: [{ manager: "x" }],
      },
      BARE,
    ],
    [
      "nothing that kubectl apply writes",
      { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", a: "b" } },
      { ...BARE, annotations: { a: "b" } },
    ],
    [
      "no annotations where that was the only one",
      { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" } },
      BARE,
    ],
    ["fields that nobody knows", { somethingNew: [1, { a: null }] }, { ...BARE, somethingNew: [1, { a: null }] }],
  ])("%s", (_, metadata, expected) => {
    expect(rewrite(changed(metadata)).metadata).toEqual(expected);
  });

  it("leaves out its status", () => {
    expect(rewrite({ ...OWN, status: { conditions: [] } })).not.toHaveProperty("status");
  });

  it("keeps what else stands in the spec and beside it", () => {
    const own: Manifest = { ...OWN, spec: { ...Object(OWN.spec), extra: 1 }, other: { a: true } };
    expect(rewrite(own)).toMatchObject({ spec: { extra: 1 }, other: { a: true } });
  });

  it("keeps what else stands in the entries that stay, of those of one content the first", () => {
    const from = [
      { group: GW, kind: "HTTPRoute", namespace: "app", note: "mine" },
      { group: GW, kind: "HTTPRoute", namespace: "app", note: "other" },
    ];
    const own: Manifest = { ...OWN, spec: { from, to: [{ group: "", kind: "Service", name: "x", note: 1 }] } };
    expect(rewrite(own).spec).toEqual({ from: [from[0]], to: [{ group: "", kind: "Service", name: "x", note: 1 }] });
  });

  it("writes a name only where there is one", () => {
    const every = { ...ENTRIES, to: [{ group: "", kind: "Service", name: null }] } as const;
    expect(rewrite(OWN, every).spec).toMatchObject({ to: [{ group: "", kind: "Service" }] });
    expect(JSON.stringify(rewrite({ ...OWN, spec: {} }, every))).not.toContain("null");
  });

  it("has entries where there were none", () => {
    for (const spec of [undefined, {}, { from: null, to: null }, { from: "x", to: { a: 1 } }]) {
      expect(rewrite({ ...OWN, spec }).spec).toMatchObject({
        from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }],
        to: [{ group: "", kind: "Service", name: "x" }],
      });
    }
  });

  it("keeps its version, or has the one that is asked for", () => {
    const old: Manifest = { ...OWN, apiVersion: `${GW}/v1beta1` };
    expect(rewrite(old).apiVersion).toBe(`${GW}/v1beta1`);
    expect(rewrite(old, ENTRIES, `${GW}/v1`).apiVersion).toBe(`${GW}/v1`);
  });

  it("does not change what it was made from", () => {
    const own = changed({ uid: "a" });
    const before = JSON.stringify(own);
    rewrite(own);
    expect(JSON.stringify(own)).toBe(before);
  });
});
