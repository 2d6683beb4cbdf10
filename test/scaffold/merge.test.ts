import { describe, expect, it } from "vitest";
import type { Merge } from "../../src/model/scaffold.ts";
import { mergedInto } from "../../src/scaffold/merge.ts";
import { GW, GWX, grant, type Manifest, route, snapshotOf } from "../harness/world.ts";
import { entriesText, grantingIn, grantLines } from "./scaffolded.ts";

/** Adding to a grant that is there. */

const pair = (namespace: string, name: string | null, kind = "HTTPRoute", group = GW) => ({
  from: { group, kind, namespace },
  to: { group: "", kind: "Service", name },
});

const entries = <T>(list: readonly T[]) => list.map((entry, index) => ({ index, entry }));

/** A grant that says that each of the namespaces may use each of the Services. */
function allowing(
  namespaces: readonly string[],
  names: readonly (string | null)[],
  more: Partial<Parameters<typeof mergedInto>[0]> = {},
): Parameters<typeof mergedInto>[0] {
  return {
    id: { group: GW, kind: "ReferenceGrant", namespace: "backend", name: "allow" },
    apiVersion: `${GW}/v1`,
    from: entries(namespaces.map((namespace) => ({ group: GW, kind: "HTTPRoute", namespace }))),
    to: entries(names.map((name) => ({ group: "", kind: "Service", name }))),
    terminating: false,
    rejected: false,
    ...more,
  };
}

/** `+from … +to … besides …`, or why nothing can be added. */
function told(merge: Merge): readonly string[] {
  if (merge.merge === "unfit") return [merge.why];
  if (merge.merge !== "merged") return [merge.merge];
  return [
    `+ ${entriesText(merge.added)}`.replace(/ $/, ""),
    ...merge.besides.map((product) => `besides ${entriesText(product)}`),
  ];
}

const many = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `s${at}`);

const ROWS: readonly (readonly [
  string,
  Parameters<typeof mergedInto>[0],
  readonly ReturnType<typeof pair>[],
  readonly string[],
])[] = [
  ["a target more", allowing(["app"], ["x"]), [pair("app", "y")], ["+  → Service y"]],
  ["a source more", allowing(["app"], ["x"]), [pair("shop", "x")], ["+ HTTPRoute shop →"]],
  [
    "a source more, to which the other targets open too",
    allowing(["app"], ["x", "y"]),
    [pair("shop", "x")],
    ["+ HTTPRoute shop →", "besides HTTPRoute shop → Service y"],
  ],
  [
    "both more",
    allowing(["app"], ["x"]),
    [pair("shop", "y")],
    ["+ HTTPRoute shop → Service y", "besides HTTPRoute app → Service y", "besides HTTPRoute shop → Service x"],
  ],
  ["nothing that is there", allowing(["app"], ["x"]), [pair("app", "x")], ["+  →"]],
  ["no name where every name is open", allowing(["app"], [null]), [pair("app", "x")], ["+  →"]],
  ["every name beside one", allowing(["app"], ["x"]), [pair("app", null)], ["+  → Service *"]],
  ["another kind of the same group", allowing(["app"], ["x"]), [pair("app", "x", "GRPCRoute")], ["+ GRPCRoute app →"]],
  [
    "the same kind of another group",
    allowing(["app"], ["x"]),
    [pair("app", "x", "HTTPRoute", GWX)],
    [`+ HTTPRoute.${GWX} app →`],
  ],
  ["to one without entries", allowing([], []), [pair("app", "x")], ["+ HTTPRoute app → Service x"]],
  ["the sixteenth target", allowing(["app"], many(15)), [pair("app", "y")], ["+  → Service y"]],
  ["no seventeenth target", allowing(["app"], many(16)), [pair("app", "y")], ["too-many"]],
  ["no seventeenth source", allowing(many(16), ["x"]), [pair("app", "x")], ["too-many"]],
  ["nothing to a full one that has it already", allowing(["app"], many(16)), [pair("app", "s3")], ["+  →"]],
  [
    "nothing to one that the API server refuses",
    allowing(["app"], ["x"], { rejected: true }),
    [pair("app", "y")],
    ["rejected"],
  ],
  [
    "nothing to one that is being deleted",
    allowing(["app"], ["x"], { terminating: true }),
    [pair("app", "y")],
    ["terminating"],
  ],
  [
    "one name of what is asked for twice",
    allowing(["app"], ["x"]),
    [pair("app", "y"), pair("app", "y")],
    ["+  → Service y"],
  ],
];

describe("what is added to a grant", () => {
  it.each(ROWS)("%s", (_, own, pairs, lines) => {
    expect(told(mergedInto(own, pairs)).map((line) => line.trim())).toEqual(lines.map((line) => line.trim()));
  });

  it("leaves what is there as it is, slips and doubles too", () => {
    const own = allowing(["app", "app"], ["x", "x", "*"]);
    expect(told(mergedInto(own, [pair("app", "y")]))).toEqual(["+  → Service y"]);
  });
});

describe("--into in a world", () => {
  const web = (home: string, ...targets: readonly (readonly [string, string])[]): Manifest =>
    route("HTTPRoute", home, "web", {
      rules: [{ backendRefs: targets.map(([namespace, name]) => ({ name, namespace, port: 80 })) }],
    });
  const allow = grant("backend", "allow", [{}], [{ name: "x" }]);
  const into = (world: readonly Manifest[], name = "allow", more: object = {}) =>
    grantingIn(snapshotOf(world), { into: name, ...more });

  it("prints that grant and no other", () => {
    const granting = into([web("app", ["backend", "y"]), allow]);
    expect(grantLines(granting)).toEqual(["backend/allow: HTTPRoute app → Service x, Service y"]);
    expect(granting).toMatchObject({ merge: { merge: "merged" }, overwritten: [] });
    expect(granting.grants[0]?.rewrites?.id.name).toBe("allow");
  });

  it.each<readonly [string, readonly Manifest[], string, object]>([
    ["nothing is missing", [web("app", ["backend", "x"]), allow], "allow", { merge: "none" }],
    [
      "targets in several namespaces",
      [web("app", ["backend", "y"], ["other", "z"]), allow],
      "allow",
      { merge: "several-namespaces", namespaces: ["backend", "other"] },
    ],
    [
      "no such grant",
      [web("app", ["backend", "y"]), allow],
      "allw",
      { merge: "not-found", id: { namespace: "backend", name: "allw" }, near: "allow" },
    ],
    [
      "one of that name in another namespace",
      [web("app", ["backend", "y"]), grant("app", "mine", [{}], [{}])],
      "mine",
      { merge: "not-found", near: null },
    ],
    [
      "a ReferencePolicy of that name",
      [web("app", ["backend", "y"]), { ...allow, apiVersion: `${GW}/v1alpha2`, kind: "ReferencePolicy" }],
      "allow",
      { merge: "not-found", near: null },
    ],
    [
      "one that the API server refuses",
      [web("app", ["backend", "y"]), grant("backend", "allow", [{ namespace: "*" }], [{}])],
      "allow",
      { merge: "unfit", why: "rejected" },
    ],
  ])("prints nothing: %s", (_, world, name, merge) => {
    expect(into(world, name)).toMatchObject({ grants: [], merge });
  });

  it("permits all that was asked for, and says what it permits besides", () => {
    const granting = into([web("shop", ["backend", "y"]), allow]);
    const { merge } = granting;
    expect(told(merge)).toEqual([
      "+ HTTPRoute shop → Service y",
      "besides HTTPRoute app → Service y",
      "besides HTTPRoute shop → Service x",
    ]);
    const [made] = granting.grants;
    const after = grantingIn(
      snapshotOf([web("shop", ["backend", "y"]), { ...made?.manifest, kind: "ReferenceGrant" }]),
    );
    expect(after).toMatchObject({ grants: [], incurable: [], settled: 1 });
  });

  it("keeps the version that the grant has, unless another is asked for", () => {
    const old: Manifest = { ...allow, apiVersion: `${GW}/v1beta1` };
    const world = [web("app", ["backend", "y"]), old];
    const version = (apiVersion: string | null) => into(world, "allow", { apiVersion }).grants[0]?.manifest.apiVersion;
    expect(version(null)).toBe(`${GW}/v1beta1`);
    expect(version(`${GW}/v1`)).toBe(`${GW}/v1`);
  });

  it("adds every name with --any-name", () => {
    expect(grantLines(into([web("app", ["backend", "y"]), allow], "allow", { anyName: true }))).toEqual([
      "backend/allow: HTTPRoute app → Service x, Service *",
    ]);
  });
});
