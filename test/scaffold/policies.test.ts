import { describe, expect, it } from "vitest";
import { GW, grant, type Manifest, snapshotOf } from "../harness/world.ts";
import { convertedIn, grantLines } from "./scaffolded.ts";

/** A ReferencePolicy said as ReferenceGrants. */

function policy(...[from, to]: [Parameters<typeof grant>[2], Parameters<typeof grant>[3]]): Manifest {
  return { ...grant("backend", "allow", from, to), apiVersion: `${GW}/v1alpha2`, kind: "ReferencePolicy" };
}

const changed = (manifest: Manifest, metadata: object): Manifest => ({
  ...manifest,
  metadata: { ...Object(manifest.metadata), ...metadata },
});

const OWN = policy([{}], [{ name: "x" }]);
const leaving = { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/hold"] };
const wanted = "HTTPRoute app → Service x";

type Row = readonly [string, readonly [Manifest, ...Manifest[]], string, readonly string[]];

const ROWS: readonly Row[] = [
  ["alone", [OWN], "converted", [`backend/allow: ${wanted}`]],
  [
    "entry for entry, in their order, what nothing uses too",
    [policy([{ namespace: "b" }, { namespace: "a" }], [{ kind: "Secret" }, { name: "x" }])],
    "converted",
    ["backend/allow: HTTPRoute b, HTTPRoute a → Secret *, Service x"],
  ],
  [
    "of the same name as a grant that says the same: that is the one",
    [OWN, grant("backend", "allow", [{}], [{ name: "x" }])],
    "covered",
    [],
  ],
  [
    "of the same name as a grant that says something else",
    [OWN, grant("backend", "allow", [{ namespace: "b" }], [{}])],
    "converted",
    [`backend/allow-2: ${wanted}`],
  ],
  ["beside a grant that says more", [OWN, grant("backend", "wide", [{}, { namespace: "b" }], [{}])], "covered", []],
  [
    "beside two grants that say it together",
    [
      policy([{}], [{ name: "x" }, { name: "y" }]),
      grant("backend", "a", [{}], [{ name: "x" }]),
      grant("backend", "b", [{}], [{ name: "y" }]),
    ],
    "covered",
    [],
  ],
  [
    "beside a grant that says half of it",
    [policy([{}], [{ name: "x" }, { name: "y" }]), grant("backend", "a", [{}], [{ name: "x" }])],
    "converted",
    ["backend/allow: HTTPRoute app → Service x, Service y"],
  ],
  [
    "beside a grant of another namespace",
    [OWN, grant("app", "wide", [{}], [{}])],
    "converted",
    [`backend/allow: ${wanted}`],
  ],
  [
    "beside a grant that is being deleted",
    [OWN, changed(grant("backend", "wide", [{}], [{}]), leaving)],
    "converted",
    [`backend/allow: ${wanted}`],
  ],
  [
    "beside a grant that the API server refuses",
    [OWN, grant("backend", "wide", [{}, { namespace: "*" }], [{}])],
    "converted",
    [`backend/allow: ${wanted}`],
  ],
  [
    "beside a grant that names a star",
    [policy([{}], [{}]), grant("backend", "wide", [{}], [{ name: "*" }])],
    "converted",
    ["backend/allow: HTTPRoute app → Service *"],
  ],
  ["without spec", [{ ...OWN, spec: undefined }], "empty", []],
  ["without entries", [policy([], [])], "empty", []],
  ["without targets", [policy([{}], [])], "empty", []],
];

describe("a ReferencePolicy as ReferenceGrants", () => {
  it.each(ROWS)("%s", (_, world, result, lines) => {
    const conversion = convertedIn(snapshotOf(world), "backend", "allow");
    expect(conversion.result).toBe(result);
    expect(grantLines(conversion)).toEqual(lines);
  });

  it("is split where a grant has no room for it", () => {
    const names = Array.from({ length: 20 }, (_, at) => ({ name: `s${String(at).padStart(2, "0")}` }));
    const { grants } = convertedIn(snapshotOf([policy([{}], names)]), "backend", "allow");
    expect(grants.map(({ id, to }) => [id.name, to.length])).toEqual([
      ["allow", 16],
      ["allow-2", 4],
    ]);
  });

  it("names the grants that cover it, each once", () => {
    const world = [
      policy([{}], [{ name: "x" }, { name: "y" }, { name: "z" }]),
      grant("backend", "a", [{}], [{ name: "x" }, { name: "z" }]),
      grant("backend", "b", [{}], [{ name: "y" }]),
    ];
    const { covering } = convertedIn(snapshotOf(world), "backend", "allow");
    expect(covering.map(({ id }) => id.name)).toEqual(["a", "b"]);
  });

  it("keeps labels and annotations of its owner, and nothing else of its metadata", () => {
    const own = changed(OWN, {
      uid: "6c3d1d2e",
      resourceVersion: "1",
      generation: 4,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "b", controller: true }],
      finalizers: ["example.com/hold"],
      managedFields: [{ manager: "x" }],
      labels: { team: "backend" },
      annotations: { note: "a", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
    });
    const [only] = convertedIn(snapshotOf([own]), "backend", "allow").grants;
    expect(only?.manifest.metadata).toEqual({
      name: "allow",
      namespace: "backend",
      labels: { team: "backend" },
      annotations: { note: "a" },
    });
    const bare = changed(OWN, { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" } });
    const [other] = convertedIn(snapshotOf([bare]), "backend", "allow").grants;
    expect(other?.manifest.metadata).toEqual({ name: "allow", namespace: "backend" });
  });

  it("has the version of the cluster, or of files v1beta1, never its own", () => {
    const snapshot = snapshotOf([OWN]);
    const version = (world: typeof snapshot, style = {}) =>
      convertedIn(world, "backend", "allow", style).grants[0]?.manifest.apiVersion;
    const served = [{ group: GW, kind: "ReferenceGrant", version: "v1" }];
    expect(version(snapshot)).toBe(`${GW}/v1beta1`);
    expect(version({ ...snapshot, source: "cluster", served })).toBe(`${GW}/v1`);
    expect(version(snapshot, { apiVersion: `${GW}/v1` })).toBe(`${GW}/v1`);
  });

  it("is nothing in a cluster without ReferenceGrant", () => {
    const snapshot = { ...snapshotOf([OWN]), source: "cluster", served: [] } as const;
    expect(convertedIn(snapshot, "backend", "allow")).toMatchObject({ result: "no-grants", grants: [] });
  });

  it("takes another name", () => {
    expect(grantLines(convertedIn(snapshotOf([OWN]), "backend", "allow", { name: "mine" }))).toEqual([
      `backend/mine: ${wanted}`,
    ]);
  });
});
