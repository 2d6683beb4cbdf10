import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { livePairs } from "../../src/catalogue/grants.ts";
import { redundantEntries, redundantGrants } from "../../src/diagnose/redundant.ts";
import type { Grant, GrantFrom, GrantTo } from "../../src/model/grant.ts";
import { keyOf } from "../../src/model/object.ts";
import { SEED } from "../harness/law-runs.ts";

const GROUP = "gateway.networking.k8s.io";

interface Written {
  readonly name: string;
  readonly namespace?: string;
  readonly kind?: string;
  readonly terminating?: boolean;
  readonly from?: readonly Partial<GrantFrom>[];
  readonly to?: readonly Partial<GrantTo>[];
}

/** A grant; entries are completed to "HTTPRoutes of app" and "every Service". */
function grant({
  name,
  namespace = "backend",
  kind = "ReferenceGrant",
  terminating = false,
  from,
  to,
}: Written): Grant {
  return {
    id: { group: GROUP, kind, namespace, name },
    apiVersion: `${GROUP}/v1`,
    from: (from ?? [{}]).map((entry, index) => ({
      index,
      entry: { group: GROUP, kind: "HTTPRoute", namespace: "app", ...entry },
    })),
    to: (to ?? [{}]).map((entry, index) => ({ index, entry: { group: "", kind: "Service", name: null, ...entry } })),
    terminating,
    rejected: false,
  };
}

/** `redundant < covering` by name. */
function redundant(...grants: readonly Written[]): readonly string[] {
  return redundantGrants(grants.map(grant)).map((finding) =>
    finding.code === "grant-redundant" && finding.severity === "info" && finding.subject === finding.grant.id
      ? `${finding.grant.id.name} < ${finding.covering.id.name}`
      : finding.code,
  );
}

const ab = [{ name: "a" }, { name: "b" }];

describe("a grant and another", () => {
  const table: readonly (readonly [string, Omit<Written, "name">, Omit<Written, "name">, "redundant" | "needed"])[] = [
    ["that names more", { to: [{ name: "a" }] }, { to: ab }, "redundant"],
    ["for every name", { to: ab }, {}, "redundant"],
    ["for one of its names", { to: ab }, { to: [{ name: "a" }] }, "needed"],
    ["for one of its names, where it is for all", {}, { to: ab }, "needed"],
    ["that trusts more", {}, { from: [{ namespace: "other" }, {}] }, "redundant"],
    ["that trusts fewer", { from: [{ namespace: "other" }, {}] }, {}, "needed"],
    ["that trusts more and opens less", { to: ab }, { from: [{}, {}], to: [{ name: "a" }] }, "needed"],
    ["of another namespace", { to: ab }, { namespace: "other" }, "needed"],
    ["of another kind", { to: ab }, { kind: "ReferencePolicy" }, "needed"],
    ["for another name", { to: [{ name: "a" }] }, { to: [{ name: "b" }] }, "needed"],
    ["for another kind", { to: [{ name: "a" }] }, { to: [{ kind: "Secret" }] }, "needed"],
    ["for another group", { to: [{ name: "a" }] }, { to: [{ group: "x.io" }] }, "needed"],
    ["of another trusted kind", { to: ab }, { from: [{ kind: "GRPCRoute" }] }, "needed"],
    ["of another trusted group", { to: ab }, { from: [{ group: "x.io" }] }, "needed"],
    ["of another trusted namespace", { to: ab }, { from: [{ namespace: "other" }] }, "needed"],
    ["that is being deleted", { to: ab }, { terminating: true }, "needed"],
    ["with an entry that can match nothing", { to: ab }, { to: [...ab, { name: "*" }] }, "needed"],
    ["that stays, where it is being deleted", { to: ab, terminating: true }, {}, "redundant"],
    ["which can match nothing", { to: ab }, { from: [{ namespace: "backend" }] }, "needed"],
    ["where its own rest can match nothing", { to: [{ name: "a" }, { name: "*" }] }, { to: ab }, "redundant"],
    ["where it can match nothing at all", { to: [{ name: "*" }] }, {}, "needed"],
    ["where neither can match anything", { to: [{ name: "*" }] }, { to: [{ name: "*" }] }, "needed"],
  ];
  it.each(table)("%s", (_, own, other, expected) => {
    // The later name: of two that permit the same it would be the one reported.
    const grants: readonly Written[] = [
      { name: "own", ...own },
      { name: "another", ...other },
    ];
    expect(redundant(...grants).includes("own < another")).toBe(expected === "redundant");
    expect(redundant(...grants.toReversed())).toEqual(redundant(...grants));
  });
});

describe("several grants", () => {
  it("that permit the same: the first by name stays", () => {
    expect(redundant({ name: "c" }, { name: "a" }, { name: "b" })).toEqual(["b < a", "c < a"]);
  });
  it("that permit the same in other words", () => {
    const from = [{}, { namespace: "other" }];
    expect(
      redundant(
        { name: "a", from, to: [{}, { name: "x" }] },
        { name: "b", from: from.toReversed(), to: [{}, {}] },
        { name: "c", from: [...from, {}] },
      ),
    ).toEqual(["b < a", "c < a"]);
  });
  it("that permit the same, the first of which is being deleted: another stays", () => {
    expect(redundant({ name: "a", terminating: true }, { name: "b" }, { name: "c" })).toEqual(["a < b", "c < b"]);
    expect(redundant({ name: "a", terminating: true }, { name: "b", terminating: true })).toEqual([]);
  });
  it("that only together permit what one does: all are needed", () => {
    expect(
      redundant({ name: "a", to: ab }, { name: "b", to: [{ name: "a" }] }, { name: "c", to: [{ name: "b" }] }),
    ).toEqual(["b < a", "c < a"]);
    expect(
      redundant({ name: "x", to: [{ name: "a" }, { name: "b" }] }, { name: "y", to: [{ name: "b" }, { name: "c" }] }),
    ).toEqual([]);
  });
  it("one within the other: the first that covers is named, and one stays", () => {
    expect(redundant({ name: "a", to: [{ name: "a" }] }, { name: "b", to: ab }, { name: "c" })).toEqual([
      "a < b",
      "b < c",
    ]);
  });
});

describe("a grant that the API server would refuse", () => {
  const grants = [grant({ name: "narrow", to: ab }), grant({ name: "wide" })];
  const [narrow, wide] = grants.map(({ id }) => new Set([keyOf(id)]));
  it("covers none, and may be covered", () => {
    expect(redundantGrants(grants).map(({ grant: { id } }) => id.name)).toEqual(["narrow"]);
    expect(redundantGrants(grants, wide)).toEqual([]);
    expect(redundantGrants(grants, narrow).map(({ grant: { id } }) => id.name)).toEqual(["narrow"]);
  });
});

describe("entries of one grant", () => {
  const entries = (written: Omit<Written, "name">): readonly string[] =>
    redundantEntries(grant({ name: "g", ...written })).map((finding) =>
      finding.code === "grant-redundant" && "entry" in finding
        ? `${finding.entry.list}[${finding.entry.index}] < ${finding.coveredBy.index}${finding.wider ? " wider" : ""}`
        : finding.code,
    );
  const table: readonly (readonly [string, Omit<Written, "name">, readonly string[]])[] = [
    ["that all differ", { from: [{}, { namespace: "x" }, { kind: "GRPCRoute" }], to: ab }, []],
    ["that stand twice: the first stays", { from: [{}, {}, {}] }, ["from[1] < 0", "from[2] < 0"]],
    ["with the same name", { to: [{ name: "a" }, { name: "b" }, { name: "a" }] }, ["to[2] < 0"]],
    [
      "beside one for every name, before it or after",
      { to: [{ name: "a" }, {}, { name: "b" }] },
      ["to[0] < 1 wider", "to[2] < 1 wider"],
    ],
    [
      "with the same name in another kind",
      { to: [{ name: "a" }, { kind: "Secret", name: "a" }, { kind: "Secret" }] },
      ["to[1] < 2 wider"],
    ],
    ["that can match nothing", { to: [{ name: "*" }, { name: "*" }, {}] }, []],
  ];
  it.each(table)("%s", (_, written, expected) => {
    expect(entries(written)).toEqual(expected);
  });
});

describe("what is left without the redundant ones", () => {
  const from = fc.constantFrom<Partial<GrantFrom>>(
    {},
    { namespace: "x" },
    { kind: "GRPCRoute" },
    { namespace: "backend" },
  );
  const to = fc.constantFrom<Partial<GrantTo>>({}, { name: "a" }, { name: "b" }, { name: "*" }, { kind: "Secret" });
  const written = fc.record({
    terminating: fc.boolean(),
    from: fc.array(from, { minLength: 1, maxLength: 3 }),
    to: fc.array(to, { minLength: 1, maxLength: 3 }),
  });
  const permits = (grants: readonly Grant[], source: string, kind: string, name: string | null): boolean =>
    grants.some((one) =>
      livePairs(one).some(
        ({ from: { entry }, to: { entry: target } }) =>
          `${entry.kind}/${entry.namespace}` === source &&
          target.kind === kind &&
          (target.name === null || target.name === name),
      ),
    );
  it("permits the same as before", () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 8 }), (many) => {
        const grants = many.map((one, index) => grant({ name: `g${index}`, ...one }));
        const gone = new Set<Grant>();
        for (const finding of redundantGrants(grants)) {
          if (finding.code !== "grant-redundant") continue;
          gone.add(finding.grant);
          expect(finding.covering.terminating).toBe(false);
          expect(livePairs(finding.grant)).not.toEqual([]);
        }
        const left = grants.filter((one) => !gone.has(one));
        for (const source of ["HTTPRoute/app", "HTTPRoute/x", "GRPCRoute/app"]) {
          for (const kind of ["Service", "Secret"]) {
            for (const name of ["a", "b", "c"]) {
              expect(permits(left, source, kind, name)).toBe(permits(grants, source, kind, name));
            }
          }
        }
      }),
      SEED,
    );
  });
  it("is not redundant, unless it is being deleted or nothing covers it", () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 8 }), (many) => {
        const grants = many.map((one, index) => grant({ name: `g${index}`, ...one }));
        const gone = new Set(redundantGrants(grants).map(({ subject }) => subject));
        expect(redundantGrants(grants.filter(({ id }) => !gone.has(id)))).toEqual([]);
      }),
      SEED,
    );
  });
});

describe("size", () => {
  const measure = (make: (index: number) => Written): { readonly spent: number; readonly count: number } => {
    const grants = Array.from({ length: 10_000 }, (_, index) => grant(make(index)));
    const start = performance.now();
    const count = redundantGrants(grants).length;
    return { spent: performance.now() - start, count };
  };
  const table: readonly (readonly [string, (index: number) => Written, number])[] = [
    ["for one Service each", (i) => ({ name: `g${i}`, to: [{ name: `s${i}` }] }), 0],
    ["for one Service each and one in common", (i) => ({ name: `g${i}`, to: [{ name: "s" }, { name: `s${i}` }] }), 0],
    ["for every Service, one namespace each", (i) => ({ name: `g${i}`, from: [{}, { namespace: `n${i}` }] }), 0],
    ["that all permit the same", (i) => ({ name: `g${i}` }), 9_999],
    ["that all permit the same and are being deleted", (i) => ({ name: `g${i}`, terminating: true }), 0],
    ["one of which covers the others", (i) => ({ name: `g${i}`, to: [i === 0 ? {} : { name: `s${i}` }] }), 9_999],
  ];
  it.each(table)("10,000 grants %s", (_, make, expected) => {
    const { spent, count } = measure(make);
    expect(count).toBe(expected);
    expect(spent).toBeLessThan(2_000);
  });
});
