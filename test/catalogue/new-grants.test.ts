import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GATEWAY_API, REFERENCE_GRANT } from "../../src/catalogue/kinds.ts";
import { type GrantDraft, grantId, grantManifest, grantName } from "../../src/catalogue/new-grants.ts";
import { OPENED_KINDS, TRUSTED_KINDS } from "../../src/catalogue/referents.ts";
import type { GrantEntries, GrantFrom, GrantTo } from "../../src/model/grant.ts";
import { keyOf, type NamespacedId, type ObjectKey } from "../../src/model/object.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { grant, reportOn, snapshotOf } from "../harness/world.ts";

/** The names of new grants, which are made from what they say. */

const RUNS = lawRuns(1000);
const TIMEOUT = 60_000 + RUNS.numRuns * 50;

/** A name that the API server takes for any object. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

type Entries = Pick<GrantDraft, "from" | "to">;

const KIND_WORDS = [
  ..."httproute grpcroute gateway listenerset service secret configmap backend inferencepool referencegrant".split(" "),
  ..."any kinds namespaces sources targets services secrets web api a 2 3 16".split(" "),
];

/** Names made of the words that names of grants are made of. */
const dashed = (longest: number) =>
  fc
    .array(fc.constantFrom(...KIND_WORDS), { minLength: 1, maxLength: 5 })
    .map((words) => words.join("-").slice(0, longest).replace(/-+$/, ""));

const aTrusted = fc.constantFrom(
  { group: GATEWAY_API, kind: "HTTPRoute" },
  { group: GATEWAY_API, kind: "HTTPRoute" },
  { group: GATEWAY_API, kind: "GRPCRoute" },
  { group: GATEWAY_API, kind: "Gateway" },
  { group: GATEWAY_API, kind: "ListenerSet" },
  { group: "example.com", kind: "HTTPRoute" },
  { group: GATEWAY_API, kind: "HttpRoute" },
  { group: GATEWAY_API, kind: "HTTPRoute-Gateway" },
  { group: "gateway.envoyproxy.io", kind: "Backend" },
  { group: "gateway.kgateway.dev", kind: "Backend" },
);

const anOpened = fc.constantFrom(
  { group: "", kind: "Service" },
  { group: "", kind: "Service" },
  { group: "", kind: "Service" },
  { group: "", kind: "Secret" },
  { group: "", kind: "ConfigMap" },
  { group: "example.com", kind: "Service" },
  { group: "", kind: "SERVICE" },
  { group: "gateway.envoyproxy.io", kind: "Backend" },
  { group: "gateway.kgateway.dev", kind: "Backend" },
  { group: "", kind: "Any-Service" },
);

const aTargetName = fc.oneof(
  { arbitrary: dashed(253), weight: 6 },
  { arbitrary: dashed(60).map((text) => text.toUpperCase()), weight: 1 },
  { arbitrary: dashed(60).map((text) => text.replaceAll("-", ".")), weight: 1 },
  { arbitrary: dashed(60).map((text) => text.replaceAll("-", "_")), weight: 1 },
  { arbitrary: dashed(60).map((text) => `-${text}-`), weight: 1 },
  { arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 253 }), weight: 1 },
  { arbitrary: fc.nat(260).map((length) => "x".repeat(length + 1)), weight: 1 },
  { arbitrary: fc.constantFrom("...", "-", "__proto__", "日本", "a..b", "a.-.b", "a--b"), weight: 1 },
);

const aFrom: fc.Arbitrary<GrantFrom> = fc
  .record({ kind: aTrusted, namespace: dashed(63) })
  .map(({ kind, namespace }) => ({ ...kind, namespace }));
const aTo: fc.Arbitrary<GrantTo> = fc
  .record({ kind: anOpened, name: fc.option(aTargetName, { nil: null, freq: 6 }) })
  .map(({ kind, name }) => ({ ...kind, name }));

const nonEmpty = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<readonly [T, ...T[]]> =>
  fc
    .record({
      first: of,
      others: fc.oneof(
        { arbitrary: fc.constant<readonly T[]>([]), weight: 3 },
        { arbitrary: fc.array(of, { maxLength: 3 }), weight: 1 },
      ),
    })
    .map(({ first, others }) => {
      const known = new Set([JSON.stringify(first)]);
      const rest = others.filter((one) => known.size < known.add(JSON.stringify(one)).size);
      return [first, ...rest];
    });

const aDraft: fc.Arbitrary<Entries> = fc.record({ from: nonEmpty(aFrom), to: nonEmpty(aTo) });

const contentOf = ({ from, to }: Entries): string =>
  JSON.stringify([
    from.map(({ group, kind, namespace }) => JSON.stringify([group, kind, namespace])).toSorted(),
    to.map(({ group, kind, name }) => JSON.stringify([group, kind, name])).toSorted(),
  ]);

/** The same entries in the other order. */
function turned({ from, to }: Entries): Entries {
  const [trusted, ...others] = from.toReversed();
  const [opened, ...targets] = to.toReversed();
  return { from: [trusted ?? from[0], ...others], to: [opened ?? to[0], ...targets] };
}

function expectName(name: string): void {
  expect(name).toMatch(SUBDOMAIN);
  expect(name.length).toBeLessThanOrEqual(253);
}

/** Each reading of a name as one route of a namespace that refers to one object by a name. */
function readings(name: string): readonly Entries[] {
  const words = name.split("-");
  return words.flatMap((word, at) => {
    const kinds = TRUSTED_KINDS.filter(({ kind }) => kind.toLowerCase() === word);
    const namespace = words.slice(0, at).join("-");
    const rest = words.slice(at + 1);
    if (namespace === "" || namespace.length > 63 || namespace.includes(".") || rest.length === 0) return [];
    const targets: readonly GrantTo[] = [
      { group: "", kind: "Service", name: rest.join("-") },
      ...OPENED_KINDS.filter(({ kind }) => kind.toLowerCase() === rest[0] && rest.length > 1).map(
        ({ group, kind }) => ({
          group,
          kind,
          name: rest.slice(1).join("-"),
        }),
      ),
    ];
    return kinds.flatMap(({ group, kind }) =>
      targets.map((to): Entries => ({ from: [{ group, kind, namespace }], to: [to] })),
    );
  });
}

describe("grantName", { timeout: TIMEOUT }, () => {
  it("is a name that any object may have", () => {
    fc.assert(
      fc.property(aDraft, (draft) => expectName(grantName(draft))),
      RUNS,
    );
  });

  it("is the same for the same content in any order, and another for another", () => {
    const tried = { drafts: 0, plain: 0, numbered: 0 };
    fc.assert(
      fc.property(fc.array(aDraft, { minLength: 2, maxLength: 40 }), (drafts) => {
        const names = new Map<string, string>();
        for (const draft of drafts) {
          const name = grantName(draft);
          expect(grantName(turned(draft))).toBe(name);
          const content = contentOf(draft);
          expect(names.get(name) ?? content).toBe(content);
          names.set(name, content);
          tried.drafts += 1;
          tried[/-[0-9a-f]{8}$/.test(name) ? "numbered" : "plain"] += 1;
        }
      }),
      RUNS,
    );
    expect(tried.plain).toBeGreaterThan(tried.drafts / 40);
    expect(tried.numbered).toBeGreaterThan(tried.drafts / 20);
  });

  it("can be read in one way only, where it has no digits of its content", () => {
    let tried = 0;
    fc.assert(
      fc.property(aDraft, (draft) => {
        const name = grantName(draft);
        for (const other of readings(name)) {
          if (contentOf(other) === contentOf(draft)) tried += 1;
          else if (!/-[0-9a-f]{8}$/.test(name)) expect(grantName(other), JSON.stringify(other)).not.toBe(name);
        }
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(RUNS.numRuns / 40);
  });

  it("is not that of a grant for an object that is called like the rest of it", () => {
    let tried = 0;
    fc.assert(
      fc.property(aDraft, (draft) => {
        const name = grantName(draft);
        for (const other of readings(name)) {
          if (contentOf(other) === contentOf(draft)) continue;
          expect(grantName(other), JSON.stringify(other)).not.toBe(name);
          tried += 1;
        }
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(RUNS.numRuns / 10);
  });

  const route = (namespace: string): GrantFrom => ({ group: GATEWAY_API, kind: "HTTPRoute", namespace });
  const service = (name: string | null): GrantTo => ({ group: "", kind: "Service", name });
  const secret = (name: string | null): GrantTo => ({ group: "", kind: "Secret", name });
  const table: readonly (readonly [name: RegExp, draft: Entries])[] = [
    [/^frontend-httproute-api$/, { from: [route("frontend")], to: [service("api")] }],
    [/^frontend-httproute-secret-api$/, { from: [route("frontend")], to: [secret("api")] }],
    [/^frontend-httproute-service-secret-api-[0-9a-f]{8}$/, { from: [route("frontend")], to: [service("secret-api")] }],
    [/^frontend-httproute-any-service-[0-9a-f]{8}$/, { from: [route("frontend")], to: [service(null)] }],
    [/^frontend-httproute-2-services-[0-9a-f]{8}$/, { from: [route("frontend")], to: [service("a"), service("b")] }],
    [/^frontend-httproute-2-targets-[0-9a-f]{8}$/, { from: [route("frontend")], to: [service("a"), secret("b")] }],
    [/^2-namespaces-httproute-api-[0-9a-f]{8}$/, { from: [route("a"), route("b")], to: [service("api")] }],
    [/^a-2-kinds-api-[0-9a-f]{8}$/, { from: [route("a"), { ...route("a"), kind: "GRPCRoute" }], to: [service("api")] }],
    [/^2-sources-api-[0-9a-f]{8}$/, { from: [route("a"), { ...route("b"), kind: "GRPCRoute" }], to: [service("api")] }],
    [/^a-httproute-x+-[0-9a-f]{8}$/, { from: [route("a")], to: [service("x".repeat(253))] }],
  ];
  it.each(table)("%s", (name, draft) => {
    expect(grantName(draft)).toMatch(name);
    expectName(grantName(draft));
  });
});

describe("grantId", { timeout: TIMEOUT }, () => {
  const OTHER: GrantEntries = {
    from: [{ group: "example.com", kind: "Other", namespace: "zz" }],
    to: [{ group: "", kind: "Service", name: "zz" }],
  };
  const nothing = { snapshot: snapshotOf([]), grants: [] };

  it("gives names that are free, of at most 253 characters, one after another", () => {
    fc.assert(
      fc.property(
        aDraft,
        fc.oneof(fc.constant(null), dashed(253), fc.constantFrom("x".repeat(253), `${"x".repeat(250)}.ab`)),
        fc.integer({ min: 1, max: 12 }),
        (entries, wish, count) => {
          const draft = { namespace: "b", ...entries };
          const name = wish ?? grantName(draft);
          const given = new Set<string>();
          // What was given away says something else than this draft.
          const made = new Map<ObjectKey, GrantEntries>();
          for (let index = 0; index < count; index += 1) {
            const id = grantId(draft, name, { ...nothing, made });
            expect(given.has(keyOf(id))).toBe(false);
            given.add(keyOf(id));
            made.set(keyOf(id), OTHER);
            expectName(id.name);
            expect(id).toEqual({ ...REFERENCE_GRANT, namespace: "b", name: id.name });
          }
          expect(grantId(draft, name, nothing).name).toBe(name);
        },
      ),
      RUNS,
    );
  });

  it("takes a grant that says the very same for this one, in any order of its entries, and no other", () => {
    let same = 0;
    fc.assert(
      fc.property(aDraft, aDraft, fc.constantFrom("same", "other", "leaving"), (draft, other, there) => {
        const home: NamespacedId = { ...REFERENCE_GRANT, namespace: "b", name: "taken" };
        const entries = there === "other" ? other : draft;
        const manifest = {
          ...grantManifest(home, `${GATEWAY_API}/v1`, turned(entries)),
          kind: "ReferenceGrant",
          metadata: {
            namespace: home.namespace,
            name: home.name,
            ...(there === "leaving" ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
          },
        };
        const world = [manifest];
        const grants = reportOn(world).grants.map((report) => report.grant);
        if (grants.some(({ rejected }) => rejected)) return;
        const id = grantId({ namespace: "b", ...draft }, "taken", { snapshot: snapshotOf(world), grants });
        const isSame = there !== "leaving" && contentOf(entries) === contentOf(draft);
        expect(id.name).toBe(isSame ? "taken" : "taken-2");
        if (isSame) same += 1;
      }),
      RUNS,
    );
    expect(same).toBeGreaterThan(RUNS.numRuns / 10);
  });

  it("leaves alone a grant that the API server would refuse, and one of another kind does not matter", () => {
    const draft: GrantDraft = {
      namespace: "b",
      from: [{ group: GATEWAY_API, kind: "HTTPRoute", namespace: "*" }],
      to: [{ group: "", kind: "Service", name: "x" }],
    };
    const world = [grant("b", "taken", [{ namespace: "*" }], [{ name: "x" }])];
    const grants = reportOn(world).grants.map((report) => report.grant);
    expect(grants.map(({ rejected }) => rejected)).toEqual([true]);
    expect(grantId(draft, "taken", { snapshot: snapshotOf(world), grants }).name).toBe("taken-2");
    const policy = {
      ...grant("b", "taken", [{}], [{}]),
      kind: "ReferencePolicy",
      apiVersion: `${GATEWAY_API}/v1alpha2`,
    };
    expect(grantId(draft, "taken", { snapshot: snapshotOf([policy]), grants: [] }).name).toBe("taken");
  });
});
