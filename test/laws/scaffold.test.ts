import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { worldOf } from "../../cmd/world.ts";
import { REFERENCE_GRANT, REFERENCE_POLICY } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import type { Decision, GrantDecision } from "../../src/model/decision.ts";
import { Needs } from "../../src/model/need.ts";
import { formatPath, keyOf, type NamespacedId, type ObjectId, sameGroupKind } from "../../src/model/object.ts";
import type { Granting, ScaffoldRequest, WrittenGrant } from "../../src/model/scaffold.ts";
import { sightOf } from "../../src/model/sight.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { audit, type Inquired } from "../../src/pipeline.ts";
import { grantsJson, grantsYaml } from "../../src/render/scaffold-yaml.ts";
import { convert, scaffold, tighten } from "../../src/scaffolding.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { readerOf } from "../harness/reader.ts";
import { core, GW, grant, type Manifest, namespace, object, route, snapshotOf, verdictOf } from "../harness/world.ts";
import { aGrant, anOverlappingWorld, aWorld, identityOf, settled } from "./worlds.ts";

/** Promises of what scaffold prints, held against audits of the world in which that was applied. */

const RUNS = lawRuns(300);
const TIMEOUT = 60_000 + RUNS.numRuns * 300;
const EVERYTHING = { namespace: null, selector: [] } as const;

/** At least this share of the worlds has to have something to check, or the law says little. */
const atLeast = (share: number): number => Math.floor(RUNS.numRuns * share);

/** A grant as it stands in a YAML document. */
interface Printed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly from: readonly PrintedFrom[]; readonly to: readonly PrintedTo[] };
}
interface PrintedFrom {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
}
interface PrintedTo {
  readonly group: string;
  readonly kind: string;
  readonly name?: string;
}

/** Text as it comes back from a file. */
const stored = (text: string): string => Buffer.from(text, "utf8").toString("utf8");

function printedIn(text: string): readonly Printed[] {
  const { parsed, broken } = parseDocuments([{ name: "grants.yaml", text: stored(text) }]);
  expect(broken).toEqual([]);
  return parsed.map(({ value }): Printed => Object(value));
}

const listText = (items: readonly object[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });

/** A world of files in which some text was applied: an object of the same identity takes the place of the one that was there. */
function worldWith(manifests: readonly Manifest[], texts: readonly string[] = [], closed = true): Snapshot {
  const files = [listText(manifests), ...texts].map((text, index) => ({ name: `${index}.yaml`, text: stored(text) }));
  const documents = parseDocuments(files);
  expect(documents.broken).toEqual([]);
  return snapshotOfManifests(objectsOf(documents, "default"), closed);
}

/** A field and the regime it is judged under. What a selector brings in is told apart by what it is. */
const identity = ({ reference }: Decision): string =>
  [
    keyOf(reference.referrer),
    reference.row,
    formatPath(reference.path),
    reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "",
    keyOf(reference.referent),
  ].join(" ");

type Decisions = ReadonlyMap<string, Decision>;

function decisionsIn(snapshot: Snapshot): Decisions {
  const { decisions } = audit(snapshot, EVERYTHING);
  const byIdentity = new Map(decisions.map((decision) => [identity(decision), decision]));
  expect(byIdentity.size).toBe(decisions.length);
  return byIdentity;
}

const verdictsOf = (decisions: Decisions): readonly string[] =>
  [...decisions].map(([key, decision]) => `${key}: ${verdictOf(decision)}`).toSorted();

function referrersIn(decisions: Decisions): readonly ObjectId[] {
  return [
    ...new Map([...decisions.values()].map(({ reference: { referrer } }) => [keyOf(referrer), referrer])).values(),
  ];
}

const verdictIn = (decisions: Decisions, decision: Decision): string | undefined =>
  decisions.get(identity(decision))?.outcome.verdict;

/** Who is trusted with what in which namespace. */
const pairText = (home: string, from: PrintedFrom, to: Omit<PrintedTo, "name"> & { name?: string | null }): string =>
  JSON.stringify([home, from.group, from.kind, from.namespace, to.group, to.kind, to.name ?? null]);

function pairsOf(documents: readonly Printed[]): readonly string[] {
  return documents.flatMap(({ metadata, spec }) =>
    spec.from.flatMap((from) => spec.to.map((to) => pairText(metadata.namespace, from, to))),
  );
}

/** The namespaces in which a grant has to trust somebody for a reference: those of what is generated, or its own. */
function trustedHomes({ referrer, referent, heldIn }: GrantDecision["reference"]): readonly string[] {
  const away = (heldIn ?? []).filter((home) => home !== referent.namespace);
  return away.length > 0 ? away : [referrer.namespace];
}

/** The pairs that a reference asks for, by each of the kinds that a grant may trust. */
function pairsFor(decision: GrantDecision, name: string | null): readonly (readonly string[])[] {
  const { referent, trustedAs } = decision.reference;
  return trustedAs.map(({ group, kind }) =>
    trustedHomes(decision.reference).map((home) =>
      pairText(referent.namespace ?? "", { group, kind, namespace: home }, { ...referent, name }),
    ),
  );
}

/** The pairs that a new grant for a reference says. */
const askedBy = (decision: GrantDecision, anyName: boolean): readonly string[] =>
  pairsFor(decision, anyName ? null : decision.reference.referent.name)[0] ?? [];

/** May some pairs make a difference to the reference? */
function concerns(pairs: ReadonlySet<string>, decision: GrantDecision): boolean {
  const { referent, namesUnread } = decision.reference;
  const names = [referent.name, null].flatMap((name) => pairsFor(decision, name).flat());
  if (names.some((pair) => pairs.has(pair))) return true;
  // Where names are not looked at, a grant that names another object may be enough.
  return (
    namesUnread &&
    [...pairs].some((pair) => names.some((own) => own.startsWith(pair.slice(0, pair.lastIndexOf(",") + 1))))
  );
}

type Wish = Pick<ScaffoldRequest, "all" | "anyName" | "assumeRefused" | "name"> & {
  /** One of the objects that refer to others; all of them where it is null. */
  readonly only: number | null;
  /** Whether the files are the whole world. */
  readonly closed: boolean;
};

const seldom = fc.constantFrom(false, false, false, true);

const aWish: fc.Arbitrary<Wish> = fc.record({
  all: seldom,
  anyName: seldom,
  assumeRefused: seldom,
  name: fc.constantFrom(null, null, null, "own"),
  only: fc.oneof({ arbitrary: fc.constant(null), weight: 2 }, { arbitrary: fc.nat(99), weight: 1 }),
  closed: fc.constantFrom(true, true, true, true, true, false),
});

/** What scaffold does in a world of files to which some text was applied. */
interface Run {
  readonly objects: readonly ObjectId[];
  readonly before: Decisions;
  readonly granting: Granting;
  readonly text: string;
  readonly documents: readonly Printed[];
}

const yamlOf = (grants: readonly WrittenGrant[]): string =>
  grantsYaml(grants.map(({ manifest }) => ({ manifest, text: null })));

function requestFor(before: Decisions, { only, all, anyName, assumeRefused, name }: Wish): ScaffoldRequest {
  const referrers = referrersIn(before);
  const one = only === null ? undefined : referrers[only % Math.max(1, referrers.length)];
  const objects = one === undefined ? referrers : [one];
  return { objects, all, anyName, assumeRefused, name, apiVersion: null, made: [], into: null, toNamespace: null };
}

function runIn(manifests: readonly Manifest[], wish: Wish, texts: readonly string[] = []): Run {
  const snapshot = worldWith(manifests, texts, wish.closed);
  const before = decisionsIn(snapshot);
  const request = requestFor(before, wish);
  const { answer: granting, needs } = scaffold(snapshot, request);
  expect(needs).toEqual([]);
  const text = yamlOf(granting.grants);
  return { objects: request.objects, before, granting, text, documents: printedIn(text) };
}

const ns = fc.constantFrom("a", "b", "c", "constructor");
const name = fc.constantFrom("x", "z");
const AI = "aigateway.envoyproxy.io";
const KGATEWAY = "gateway.kgateway.dev";

/** Referrers whose grants are unlike others': trusted as another kind, held elsewhere, found by a selector, with names that nobody reads. */
const aPeculiarReferrer: fc.Arbitrary<readonly Manifest[]> = fc
  .record({ home: ns, own: name, of: ns, to: name })
  .chain(({ home, own, of, to }) =>
    fc.constantFrom<readonly Manifest[]>(
      [
        object(`${AI}/v1alpha1`, "AIGatewayRoute", home, own, {
          rules: [{ backendRefs: [{ name: to, namespace: of }] }],
        }),
      ],
      [
        object(`${AI}/v1alpha1`, "AIServiceBackend", home, own, {
          backendRef: { group: "gateway.envoyproxy.io", kind: "Backend", name: to, namespace: of },
        }),
      ],
      [
        object(`${KGATEWAY}/v1alpha1`, "ListenerPolicy", home, own, {
          targetRefs: [{ group: GW, kind: "Gateway", name: "x" }],
          default: {
            clientCertificateValidation: {
              caCertificateRefs: [{ group: "", kind: "ConfigMap", name: to, namespace: of }],
            },
          },
        }),
      ],
      [
        object(`${KGATEWAY}/v1alpha1`, "TrafficPolicy", home, own, {
          targetRefs: [{ group: GW, kind: "HTTPRoute", name: "x" }],
          apiKeyAuth: { secretSelector: { matchLabels: { exposed: "publicly" } } },
        }),
        { ...core("Secret", of, to), metadata: { namespace: of, name: to, labels: { exposed: "publicly" } } },
      ],
      [
        object("agentgateway.dev/v1alpha1", "AgentgatewayModel", home, own, {
          policies: { tunnel: { backendRef: { name: to, namespace: of, port: 80 } } },
        }),
      ],
      [
        {
          ...route("HTTPRoute", home, `${own}-plugged`, { rules: [{ backendRefs: [{ name: to, port: 80 }] }] }),
          metadata: {
            namespace: home,
            name: `${own}-plugged`,
            annotations: { "konghq.com/plugins": `${of}:${to}` },
          },
        },
      ],
    ),
  );

const onceEach = (manifests: readonly Manifest[]): readonly Manifest[] => [
  ...new Map(manifests.map((manifest) => [identityOf(manifest), manifest])).values(),
];

const aPeculiarWorld: fc.Arbitrary<readonly Manifest[]> = fc
  .record({ world: aWorld, more: fc.array(aPeculiarReferrer, { minLength: 1, maxLength: 4 }) })
  .map(({ world, more }) => onceEach([...world, ...more.flat()]));

/** A world in which grants that say something else have the names that new ones would be given. */
const aTakenWorld: fc.Arbitrary<readonly Manifest[]> = fc
  .record({ world: anOverlappingWorld, taken: fc.integer({ min: 1, max: 7 }), odd: fc.constantFrom("a", "*") })
  .map(({ world, taken, odd }) => {
    const wish: Wish = { all: true, anyName: false, assumeRefused: true, name: null, only: null, closed: true };
    const others = runIn(world, wish).documents.filter((_, index) => (taken & (1 << (index % 3))) !== 0);
    return onceEach([
      ...world,
      ...others.map(({ metadata }) =>
        grant(metadata.namespace, metadata.name, [{ namespace: odd }], [{ name: "other" }]),
      ),
    ]);
  });

const someWorld: fc.Arbitrary<readonly Manifest[]> = fc.oneof(aWorld, anOverlappingWorld, aPeculiarWorld, aTakenWorld);

/** The granted references of which it is certain that they are permitted afterwards. */
function certain({ granted, doubtful }: Granting): readonly GrantDecision[] {
  const inDoubt = new Set(doubtful.map(({ decision }) => identity(decision)));
  return granted.filter((decision) => !inDoubt.has(identity(decision)));
}

/** The documents with one entry less, for each of their entries. */
function withoutEntries(
  documents: readonly Printed[],
): readonly { readonly less: readonly Printed[]; readonly pairs: ReadonlySet<string> }[] {
  return documents.flatMap((document, at) => {
    const less = (spec: Printed["spec"]): readonly Printed[] =>
      documents.flatMap((one, index) => {
        if (index !== at) return [one];
        return spec.from.length === 0 || spec.to.length === 0 ? [] : [{ ...one, spec }];
      });
    const lost = (from: readonly PrintedFrom[], to: readonly PrintedTo[]) =>
      new Set(pairsOf([{ ...document, spec: { from, to } }]));
    const { from, to } = document.spec;
    return [
      ...from.map((entry) => ({
        less: less({ from: from.filter((one) => one !== entry), to }),
        pairs: lost([entry], to),
      })),
      ...to.map((entry) => ({
        less: less({ from, to: to.filter((one) => one !== entry) }),
        pairs: lost(from, [entry]),
      })),
    ];
  });
}

const isGrantOrPolicy = ({ kind }: Manifest): boolean => kind === "ReferenceGrant" || kind === "ReferencePolicy";

/** Nothing may lose its permission, and nothing gain one, or the chance of one, but by the pairs. */
function proveTight(before: Decisions, after: Decisions, pairs: ReadonlySet<string>, closed: boolean): void {
  expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
  const strayed = [...before.values()].filter((decision) => {
    const then = verdictIn(after, decision);
    if (then === decision.outcome.verdict) return false;
    // With a grant, files hold something of a namespace that they said nothing of: who else refers into it is refused.
    if (!closed && decision.outcome.verdict === "unknown" && then === "refused") return false;
    return (
      decision.outcome.verdict === "permitted" ||
      then === "refused" ||
      decision.handshake !== "grant" ||
      !concerns(pairs, decision)
    );
  });
  expect(strayed.map((decision) => `${identity(decision)}: ${verdictIn(after, decision)}`)).toEqual([]);
}

/** What a cluster would hold of a world, whose namespaces are all there. */
function asCluster(loose: readonly Manifest[]): readonly Manifest[] {
  const rejected = new Set(
    audit(snapshotOf(loose), EVERYTHING).grants.flatMap(({ grant: { id, rejected: is } }) => (is ? [keyOf(id)] : [])),
  );
  const kept = loose.filter(({ kind, metadata }) => {
    const { namespace: home, name: own }: { namespace?: string; name: string } = Object(metadata);
    // Whether ReferencePolicies are in force a cluster tells by what it serves, and files by a definition.
    if (kind === "ReferencePolicy" || kind === "CustomResourceDefinition") return false;
    return !(
      kind === "ReferenceGrant" && rejected.has(keyOf({ ...REFERENCE_GRANT, namespace: home ?? null, name: own }))
    );
  });
  const there = new Set(kept.map(identityOf));
  return settled([
    ...kept,
    ...["a", "b", "c", "constructor"].map((home) => namespace(home)).filter((one) => !there.has(identityOf(one))),
  ]);
}

/** Puts a question to a cluster that is read by needs, once the objects that it is about were found. */
async function askCluster<T>(
  full: Snapshot,
  objects: readonly ObjectId[],
  question: (snapshot: Snapshot) => Inquired<T>,
): Promise<T> {
  const cluster = worldOf(readerOf(full), null);
  await cluster.ask((snapshot) => {
    const needs = new Needs();
    const sight = sightOf(snapshot, needs.onNeed);
    return { answer: objects.map((id) => sight.existence(id)), needs: needs.all };
  });
  return cluster.ask(question);
}

const SERVED = KINDS.map(({ group, kind, versions }) => ({ group, kind, version: versions?.[0] ?? "v1" }));

describe("what scaffold prints for references", { timeout: TIMEOUT }, () => {
  it("is sufficient: all that is granted is permitted with it, apart from what it says to be doubtful", () => {
    let tried = 0;
    fc.assert(
      fc.property(someWorld, aWish, (world, wish) => {
        const { before, granting, text, objects } = runIn(world, wish);
        const after = decisionsIn(worldWith(world, [text], wish.closed));
        if (granting.granted.length > 0) tried += 1;
        expect(certain(granting).filter((decision) => verdictIn(after, decision) !== "permitted")).toEqual([]);
        for (const { decision } of granting.doubtful) expect(verdictIn(after, decision)).toBe("unknown");
        const left = new Set(
          [...granting.incurable.map(({ decision }) => decision), ...granting.offered].map(identity),
        );
        const open = new Set([...granting.doubtful.map(({ decision }) => decision), ...granting.unknown].map(identity));
        const asked = new Set(objects.map(keyOf));
        const refused = [...before.values()].filter(
          (decision) =>
            decision.outcome.verdict !== "permitted" &&
            // A Gateway that offers itself to all is nobody's wish.
            !(decision.handshake === "attachment" && decision.reference.implicit) &&
            !(decision.handshake === "attachment" && wish.assumeRefused && decision.outcome.verdict === "unknown") &&
            asked.has(keyOf(decision.reference.referrer)),
        );
        const forgotten = refused.filter(
          (decision) =>
            !left.has(identity(decision)) &&
            !open.has(identity(decision)) &&
            verdictIn(after, decision) !== "permitted" &&
            // All that a grant can say for it is said already.
            !(wish.assumeRefused && decision.outcome.verdict === "unknown"),
        );
        expect(forgotten.map(identity)).toEqual([]);
        for (const decision of granting.incurable) expect(granting.granted).not.toContain(decision.decision);
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(atLeast(0.4));
  });

  it("is minimal: without any one of its entries something is not permitted again", () => {
    const tried = { worlds: 0, entries: 0, skipped: 0 };
    fc.assert(
      fc.property(someWorld, aWish, (world, wish) => {
        const { granting, text, documents } = runIn(world, wish);
        // With --all the grants are for a world that may have no others.
        const rest = wish.all ? world.filter((manifest) => !isGrantOrPolicy(manifest)) : world;
        const full = decisionsIn(worldWith(rest, [text], wish.closed));
        const sure = certain(granting).filter((decision) => verdictIn(full, decision) === "permitted");
        let proved = 0;
        for (const { less, pairs } of withoutEntries(documents)) {
          if (!sure.some((decision) => askedBy(decision, wish.anyName).some((pair) => pairs.has(pair)))) {
            tried.skipped += 1;
            continue;
          }
          const after = decisionsIn(worldWith(rest, [listText(less)], wish.closed));
          const lost = sure.filter((decision) => verdictIn(after, decision) !== "permitted");
          expect(lost.length, `an entry of ${[...pairs].join(" ")} is not needed`).toBeGreaterThan(0);
          proved += 1;
        }
        tried.entries += proved;
        tried.worlds += proved > 0 ? 1 : 0;
      }),
      RUNS,
    );
    expect(tried.worlds).toBeGreaterThan(atLeast(0.3));
    expect(tried.entries).toBeGreaterThan(tried.skipped);
  });

  it("is tight: its entries say the pairs that were asked for, and nothing else becomes permitted", () => {
    let tried = 0;
    fc.assert(
      fc.property(someWorld, aWish, (world, wish) => {
        const { before, granting, text, documents } = runIn(world, wish);
        const asked = new Set(granting.granted.flatMap((decision) => askedBy(decision, wish.anyName)));
        const said = pairsOf(documents);
        expect(said.toSorted()).toEqual([...asked].toSorted());
        if (said.length > 0) tried += 1;
        proveTight(before, decisionsIn(worldWith(world, [text], wish.closed)), asked, wish.closed);
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(atLeast(0.4));
  });

  it("is idempotent: in the world with it nothing is to be printed, and --all prints the same again", () => {
    const tried = { once: 0, all: 0 };
    fc.assert(
      fc.property(someWorld, aWish, (world, wish) => {
        const first = runIn(world, wish);
        if (first.text === "") return;
        if (!wish.all) {
          expect(runIn(world, wish, [first.text]).text).toBe("");
          tried.once += 1;
        } else if (first.granting.doubtful.length === 0) {
          expect(runIn(world, wish, [first.text]).text).toBe(first.text);
          tried.all += 1;
        }
        // Of what all objects need nothing is left for one of them.
        expect(runIn(world, { ...wish, all: false, only: 0 }, [runIn(world, { ...wish, only: null }).text]).text).toBe(
          "",
        );
      }),
      RUNS,
    );
    expect(tried.once).toBeGreaterThan(atLeast(0.25));
    expect(tried.all).toBeGreaterThan(atLeast(0.05));
  });

  it("is idempotent with --all where it is doubtful whether a grant is enough, too", () => {
    let tried = 0;
    fc.assert(
      fc.property(someWorld, aWish, (world, wish) => {
        const all = { ...wish, all: true };
        const first = runIn(world, all);
        if (first.granting.doubtful.length === 0) return;
        expect(runIn(world, all, [first.text]).text).toBe(first.text);
        tried += 1;
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(atLeast(0.05));
  });

  it("is stable: neither the order of the manifests matters, nor that of the objects", () => {
    let tried = 0;
    fc.assert(
      fc.property(
        someWorld.chain((world) =>
          fc.record({
            world: fc.constant(world),
            shuffled: fc.shuffledSubarray([...world], { minLength: world.length, maxLength: world.length }),
          }),
        ),
        aWish,
        ({ world, shuffled }, wish) => {
          const all = { ...wish, only: null };
          const first = runIn(world, all);
          expect(runIn(shuffled, all).text).toBe(first.text);
          const snapshot = worldWith(world, [], wish.closed);
          const request = requestFor(first.before, all);
          const turned = scaffold(snapshot, { ...request, objects: request.objects.toReversed() }).answer;
          expect(yamlOf(turned.grants)).toBe(first.text);
          if (first.documents.length > 1) tried += 1;
        },
      ),
      RUNS,
    );
    expect(tried).toBeGreaterThan(atLeast(0.2));
  });

  it("has a name of its own for each grant, and takes none from a grant that says something else", () => {
    let tried = 0;
    fc.assert(
      fc.property(aTakenWorld, aWish, (world, wish) => {
        const { documents, granting } = runIn(world, wish);
        const taken = new Map(
          world.filter(({ kind }) => kind === "ReferenceGrant").map((one) => [identityOf(one), one]),
        );
        expect(new Set(documents.map((one) => identityOf({ ...one }))).size).toBe(documents.length);
        expect(granting.grants.map(({ id }) => id.name)).toEqual(documents.map(({ metadata }) => metadata.name));
        for (const document of documents) {
          const there = taken.get(identityOf({ ...document }));
          if (there === undefined) continue;
          expect(pairsOf([document]).toSorted()).toEqual(pairsOf([Object(there)]).toSorted());
        }
        if (documents.some(({ metadata }) => /-\d$/.test(metadata.name))) tried += 1;
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(atLeast(0.1));
  });

  it("is the same of a cluster that is read by needs and of files, but for the version", async () => {
    const unversioned = (text: string): string => text.replaceAll(/^( *"?apiVersion"?: ).*$/gm, "$1");
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(someWorld, aWish, async (loose, wish) => {
        const world = asCluster(loose);
        const first = runIn(world, { ...wish, closed: true });
        const full: Snapshot = { ...snapshotOf(world), source: "cluster", served: SERVED };
        const request = requestFor(first.before, wish);
        const granting = await askCluster(full, request.objects, (snapshot) => scaffold(snapshot, request));
        expect(unversioned(yamlOf(granting.grants))).toBe(unversioned(first.text));
        const told = ({ granted, unknown, offered, doubtful, incurable }: Granting) => ({
          granted: granted.map(identity),
          unknown: unknown.map(identity),
          offered: offered.map(identity),
          doubtful: doubtful.map(({ decision }) => identity(decision)),
          incurable: incurable.map(({ decision, why }) => `${identity(decision)}: ${why}`),
        });
        expect(told(granting)).toEqual(told(first.granting));
        expect(granting.grants.every(({ manifest }) => manifest.apiVersion === `${GW}/v1`)).toBe(true);
        expect(first.documents.every(({ apiVersion }) => apiVersion === `${GW}/v1beta1`)).toBe(true);
        if (first.documents.length > 0) tried += 1;
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(atLeast(0.3));
  });
});

const STYLE = { name: null, apiVersion: null, made: [] } as const;

/** Names that some reader of YAML takes for something else than text, or that end the text where they should not. */
const HOSTILE_NAMES = [
  ..."y n on off yes no Y N ON true false null ~ Null 1e3 0x1f 0o17 0b1 017 08 123 -1 1_000 1:30 190:20:30 .5 .inf .nan".split(
    " ",
  ),
  ..."2026-01-01 2026-01-01T00:00:00Z = << - -- --- ... ? : # & * ! | > % @ ` {} [] , ' \" \\ \\n &a *a !!int".split(
    " ",
  ),
  ..."a:b a#b a,b {a} [a] --- --x ...x -x ?x :x x: =x %x @x".split(" "),
  "",
  " ",
  " x",
  "x ",
  "a: b",
  "a #b",
  "- a",
  "--- a",
  "a\nb",
  "a\n---\nb: c",
  "a\r\nb",
  "\ta",
  "\u0000",
  "\u001b[31m",
  "\u0085",
  "\u00a0",
  "\u2028",
  "\u202e",
  "\ufeff",
  "é",
  "日本",
  "😀",
  "__proto__",
  "x".repeat(253),
  "x".repeat(254),
] as const;

/** Those of them that a namespace may have, and others. */
const HOSTILE_NAMESPACES =
  "y n on off yes no true false null 1e3 0x1f 0o17 017 08 123 1-2 2026-01-01 x--y constructor".split(" ");

/** Numbers without digits: some readers of YAML 1.1 know them, those of Kubernetes do not. */
const isBareExponent = (text: string): boolean => /^[-+]?\.?_*([eE][-+]?[0-9]+)?$/.test(text);

const aHostileName = fc
  .oneof(
    { arbitrary: fc.constantFrom(...HOSTILE_NAMES), weight: 6 },
    { arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 6 }), weight: 1 },
    {
      arbitrary: fc.string({
        unit: fc.constantFrom(..."-:#&*!|>%@`{}[],'\"\\ \n\t0xe_.+~a"),
        minLength: 1,
        maxLength: 8,
      }),
      weight: 2,
    },
  )
  .filter((text) => !isBareExponent(text));

/** Routes of one kind and another to Services and Secrets of such names. */
const aHostileWorld: fc.Arbitrary<readonly Manifest[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom("HTTPRoute", "GRPCRoute"),
      home: fc.constantFrom(...HOSTILE_NAMESPACES),
      to: fc.array(
        fc
          .record({
            // Kinds of others are of groups with a dot, and those may be numbers to a reader.
            what: fc.constantFrom(
              { group: "", kind: "Service" },
              { group: "y.n", kind: "y" },
              { group: "1.5", kind: "null" },
              { group: "1.5e3", kind: "Off" },
            ),
            namespace: fc.constantFrom(...HOSTILE_NAMESPACES),
            name: aHostileName,
          })
          .map(({ what, ...ref }) => ({ ...what, ...ref })),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((routes) =>
    routes.map(({ kind, home, to }, index) =>
      route(kind, home, `route-${index}`, {
        parentRefs: [{ name: "x" }],
        rules: [{ backendRefs: to.map((ref) => ({ ...ref, port: 80 })) }],
      }),
    ),
  );

/** What a grant says, as text. */
const contentOf = ({ id, from, to }: WrittenGrant): string =>
  JSON.stringify([
    id.namespace,
    id.name,
    from.map(({ group, kind, namespace: home }) => [group, kind, home]),
    to.map(({ group, kind, name: own }) => [group, kind, own]),
  ]);

const contentOfPrinted = ({ metadata, spec }: Printed): string =>
  JSON.stringify([
    metadata.namespace,
    metadata.name,
    spec.from.map((entry) => [entry.group, entry.kind, entry.namespace]),
    spec.to.map((entry) => [entry.group, entry.kind, entry.name ?? null]),
  ]);

/** The documents of a stream as readers of two versions of YAML have them. */
function readAs(version: "1.1" | "1.2", text: string): readonly Printed[] {
  if (text === "") return [];
  return text.split(/^---\n/m).map((one) => {
    const document = parseDocument(one, { version });
    expect(document.errors).toEqual([]);
    return Object(document.toJS());
  });
}

describe("what scaffold prints", { timeout: TIMEOUT }, () => {
  it("reads back as what was meant, as YAML and as JSON, whatever things are called", () => {
    const tried = { worlds: 0, grants: 0 };
    fc.assert(
      fc.property(fc.oneof(aHostileWorld, aHostileWorld, someWorld), aWish, (world, wish) => {
        const { granting, text, documents } = runIn(world, wish);
        const meant = granting.grants.map(contentOf);
        expect(documents.map(contentOfPrinted)).toEqual(meant);
        expect(readAs("1.1", stored(text)).map(contentOfPrinted)).toEqual(meant);
        expect(readAs("1.2", stored(text)).map(contentOfPrinted)).toEqual(meant);
        const json = stored(grantsJson(granting.grants.map(({ manifest }) => ({ manifest, text: null }))));
        if (meant.length > 0) {
          const items: readonly Printed[] = meant.length === 1 ? [JSON.parse(json)] : JSON.parse(json).items;
          expect(items.map(contentOfPrinted)).toEqual(meant);
          expect(items).toEqual(documents);
          tried.worlds += 1;
          tried.grants += meant.length;
        } else expect(json).toBe("");
        const read = (file: string): readonly string[] =>
          audit(worldWith([], [file]), EVERYTHING).grants.map(({ grant: { id, from, to } }) =>
            contentOf({
              ...Object(granting.grants[0]),
              id,
              from: from.map(({ entry }) => entry),
              to: to.map(({ entry }) => entry),
            }),
          );
        expect(read(text).toSorted()).toEqual(meant.toSorted());
        expect(read(json === "" ? "" : json).toSorted()).toEqual(meant.toSorted());
        // Nothing that a terminal takes for a command, and nothing that the API server would refuse.
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029\ufeff]/);
        const problems = [...worldWith([], [text]).problems];
        expect(problems).toEqual([]);
        expect(audit(worldWith([], [text]), EVERYTHING).findings.map(({ code }) => code)).not.toContain(
          "manifest-rejected",
        );
      }),
      RUNS,
    );
    expect(tried.worlds).toBeGreaterThan(atLeast(0.4));
    expect(tried.grants).toBeGreaterThan(RUNS.numRuns);
  });

  it("reads back as it was meant for each name and namespace that YAML readers mistake", () => {
    for (const own of HOSTILE_NAMES) {
      for (const home of HOSTILE_NAMESPACES) {
        const ref = { group: "", kind: "Service", name: own, namespace: home, port: 80 };
        const world = [route("HTTPRoute", "web", "r", { rules: [{ backendRefs: [ref] }] })];
        const wish: Wish = { all: false, anyName: false, assumeRefused: false, name: null, only: null, closed: true };
        const { granting, text, documents } = runIn(world, wish);
        // What can be no segment of a path names nothing.
        const fits = own.length <= 253 && /^(?!\.{1,2}$)[^/%\s\u0000-\u001f\u007f]+$/u.test(own);
        expect(granting.grants, own).toHaveLength(fits ? 1 : 0);
        const meant = granting.grants.map(contentOf);
        expect(documents.map(contentOfPrinted), own).toEqual(meant);
        expect(readAs("1.1", text).map(contentOfPrinted), own).toEqual(meant);
        expect(documents.flatMap(({ spec }) => spec.to.map((entry) => entry.name))).toEqual(fits ? [own] : []);
        expect(documents.map(({ metadata }) => metadata.namespace)).toEqual(fits ? [home] : []);
      }
    }
  });
});

const aNote = fc.oneof(
  { arbitrary: fc.constantFrom(...HOSTILE_NAMES), weight: 2 },
  { arbitrary: fc.string({ unit: "binary", maxLength: 12 }), weight: 1 },
  {
    arbitrary: fc
      .array(
        fc.constantFrom("a", " ", "  ", "\n", "\n\n", "\t", ": ", " #", "- ", "---", "...", "|", ">", "'", '"', "%"),
        {
          maxLength: 8,
        },
      )
      .map((parts) => parts.join("")),
    weight: 3,
  },
);

/** A grant with all that its owner may have written beside the entries. */
const aHostileGrant: fc.Arbitrary<Manifest> = fc
  .record({
    kind: fc.constantFrom("ReferenceGrant", "ReferencePolicy"),
    home: fc.constantFrom(...HOSTILE_NAMESPACES),
    own: fc.constantFrom(...HOSTILE_NAMESPACES, "1.5", "1e3.x", "0.0.0.0"),
    from: fc.uniqueArray(fc.constantFrom(...HOSTILE_NAMESPACES), { minLength: 1, maxLength: 3 }),
    to: fc.uniqueArray(aHostileName, { minLength: 1, maxLength: 3 }),
    // After a key that is a backslash JSON.parse of this Node takes "\\n" for another.
    notes: fc.array(
      fc.tuple(
        aNote.filter((key) => key !== "\\"),
        aNote,
      ),
      { maxLength: 3 },
    ),
    labels: fc.array(
      fc.tuple(fc.constantFrom(...HOSTILE_NAMESPACES, "a.b/y"), fc.constantFrom(...HOSTILE_NAMESPACES, "")),
      {
        maxLength: 2,
      },
    ),
  })
  .map(({ kind, home, own, from, to, notes, labels }) => ({
    apiVersion: `${GW}/${kind === "ReferencePolicy" ? "v1alpha2" : "v1"}`,
    kind,
    metadata: {
      namespace: home,
      name: own,
      ...(notes.length === 0 ? {} : { annotations: Object.fromEntries(notes) }),
      ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    },
    spec: {
      // Of its own namespace nobody needs a grant.
      from: ["web", ...from.filter((one) => one !== home)].map((one) => ({
        group: GW,
        kind: "HTTPRoute",
        namespace: one,
      })),
      to: ["web", ...to].map((one) => ({ group: "", kind: "Service", ...(one === "" ? {} : { name: one }) })),
    },
  }));

describe("what scaffold prints of grants that are there", { timeout: TIMEOUT }, () => {
  it("reads back as what was meant, with all that the owner wrote, whatever that is", () => {
    // What stands last ends with blank lines.
    const { metadata, ...first } = grant("b", "g", [{}], [{}]);
    const annotatedLast = { ...first, metadata: { ...Object(metadata), annotations: { note: "one\n\n" } } };
    const tried = { tightened: 0, converted: 0 };
    fc.assert(
      fc.property(aHostileGrant, (made) => {
        const { namespace: home, name: own, ...notes }: { namespace: string; name: string } = Object(made.metadata);
        const snapshot = worldWith([made], [], false);
        const answer =
          made.kind === "ReferencePolicy"
            ? convert(snapshot, { ...REFERENCE_POLICY, namespace: home, name: own }, STYLE).answer
            : tighten(snapshot, { ...REFERENCE_GRANT, namespace: home, name: own }, STYLE).answer;
        if (answer === null) throw new Error("it was not read");
        if (answer.result === "rejected") return;
        const text = yamlOf(answer.grants);
        const documents = printedIn(text);
        const meant = answer.grants.map(contentOf);
        expect(meant.length).toBeGreaterThan(0);
        expect(documents.map(contentOfPrinted)).toEqual(meant);
        const items = printedIn(grantsJson(answer.grants.map(({ manifest }) => ({ manifest, text: null })))).flatMap(
          (one): readonly Printed[] => (one.kind === "List" ? Object(one).items : [one]),
        );
        for (const all of [documents, items, readAs("1.1", stored(text)), readAs("1.2", stored(text))]) {
          expect(all.map(contentOfPrinted)).toEqual(meant);
        }
        // The other reader takes lines of blanks at the end of a text for none, against YAML 1.2 §8.1.1.2.
        for (const all of [documents, items]) {
          const whole = all.find(({ metadata }) => metadata.name === own);
          expect(whole?.metadata).toEqual({ namespace: home, name: own, ...notes });
        }
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029\ufeff]/);
        tried[made.kind === "ReferencePolicy" ? "converted" : "tightened"] += 1;
      }),
      { ...RUNS, examples: [[grant("b", "g", [{}], [{ name: "- \n" }])], [annotatedLast]] },
    );
    expect(tried.tightened).toBeGreaterThan(atLeast(0.2));
    expect(tried.converted).toBeGreaterThan(atLeast(0.2));
  });
});

/** Everything that stands in a namespace's grants by name. */
function grantIdsIn(snapshot: Snapshot): readonly NamespacedId[] {
  return [...snapshot.objects.values()].flatMap(({ id }) =>
    id.namespace !== null && sameGroupKind(id, REFERENCE_GRANT) ? [{ ...id, namespace: id.namespace }] : [],
  );
}

/** The entries of a grant as it stands in the world. */
function printedFrom(snapshot: Snapshot, id: NamespacedId): Printed {
  const found = audit(snapshot, EVERYTHING).grants.find(({ grant: { id: own } }) => keyOf(own) === keyOf(id));
  return {
    apiVersion: "",
    kind: id.kind,
    metadata: id,
    spec: {
      from: (found?.grant.from ?? []).map(({ entry }) => entry),
      to: (found?.grant.to ?? []).map(({ entry }) => ({ ...Object(entry), name: entry.name ?? undefined })),
    },
  };
}

/** Does the one pair open all that the other does? */
function covers(wide: string, narrow: string): boolean {
  const [a, b]: readonly [readonly unknown[], readonly unknown[]] = [JSON.parse(wide), JSON.parse(narrow)];
  return (
    JSON.stringify(a.slice(0, -1)) === JSON.stringify(b.slice(0, -1)) && (a.at(-1) === null || a.at(-1) === b.at(-1))
  );
}

const uncovered = (pairs: readonly string[], by: readonly string[]): readonly string[] =>
  pairs.filter((pair) => !by.some((wide) => covers(wide, pair)));

describe("scaffold --into", { timeout: TIMEOUT }, () => {
  it("adds what is asked for and needed, loses nothing, and says what else it permits", () => {
    const tried = { worlds: 0, merges: 0, besides: 0, added: 0 };
    fc.assert(
      fc.property(someWorld, aWish, (world, wish) => {
        const snapshot = worldWith(world, [], wish.closed);
        const before = decisionsIn(snapshot);
        let merges = 0;
        for (const objects of [...referrersIn(before).map((id) => [id]), referrersIn(before)]) {
          for (const into of new Set(grantIdsIn(snapshot).map((id) => id.name))) {
            const request = { ...requestFor(before, wish), objects, into, name: null };
            const { answer } = scaffold(snapshot, request);
            const { merge } = answer;
            if (merge.merge !== "merged") {
              expect(answer.grants).toEqual([]);
              continue;
            }
            const text = yamlOf(answer.grants);
            const [merged, ...others] = printedIn(text);
            if (merged === undefined) throw new Error("nothing is printed");
            expect(others).toEqual([]);
            const old = printedFrom(snapshot, merge.grant.id);
            expect([merged.metadata.name, merged.metadata.namespace]).toEqual([into, old.metadata.namespace]);
            const world2 = worldWith(world, [text], wish.closed);
            const after = decisionsIn(world2);
            // Enough.
            expect(certain(answer).filter((decision) => verdictIn(after, decision) !== "permitted")).toEqual([]);
            for (const { decision } of answer.doubtful) expect(verdictIn(after, decision)).toBe("unknown");
            // Nothing is lost, neither entries nor what else the owner wrote.
            const asked = [...new Set(answer.granted.flatMap((decision) => askedBy(decision, wish.anyName)))];
            expect(merged.spec.from.slice(0, old.spec.from.length)).toEqual(old.spec.from);
            expect(
              merged.spec.to.slice(0, old.spec.to.length).map((entry) => ({ ...entry, name: entry.name ?? undefined })),
            ).toEqual(old.spec.to);
            // No entry but what is needed: each belongs to a pair that was asked for and the grant did not say.
            const added = {
              from: merged.spec.from.slice(old.spec.from.length),
              to: merged.spec.to.slice(old.spec.to.length),
            };
            const missing = uncovered(asked, pairsOf([old]));
            expect(uncovered(asked, pairsOf([merged]))).toEqual([]);
            if (missing.length === 0) expect(added).toEqual({ from: [], to: [] });
            for (const entry of [...added.from, ...added.to]) {
              const less = {
                ...merged,
                spec: {
                  from: merged.spec.from.filter((one) => one !== entry),
                  to: merged.spec.to.filter((one) => one !== entry),
                },
              };
              expect(uncovered(missing, pairsOf([less])), JSON.stringify(entry)).not.toEqual([]);
              tried.added += 1;
            }
            // What else it permits is what it says.
            const besides = merge.besides.flatMap(({ from, to }) =>
              from.flatMap((trusted) => to.map((opened) => pairText(old.metadata.namespace, trusted, opened))),
            );
            const extra = uncovered(pairsOf([merged]), [...pairsOf([old]), ...asked]);
            expect([...new Set(extra)].toSorted()).toEqual(besides.toSorted());
            proveTight(before, after, new Set([...asked, ...besides]), wish.closed);
            merges += 1;
            tried.besides += besides.length > 0 ? 1 : 0;
            // A second time there is nothing to add.
            if (!wish.all) {
              const again = scaffold(world2, request).answer;
              expect(yamlOf(again.grants)).toBe("");
            }
          }
        }
        tried.merges += merges;
        tried.worlds += merges > 0 ? 1 : 0;
      }),
      RUNS,
    );
    expect(tried.worlds).toBeGreaterThan(atLeast(0.2));
    expect(tried.besides).toBeGreaterThan(atLeast(0.2));
    expect(tried.added).toBeGreaterThan(tried.worlds);
  });
});

const isRejected = (grants: readonly object[]): boolean =>
  audit(worldWith([], [listText(grants)]), EVERYTHING).grants.some(({ grant: { rejected } }) => rejected);

/** Grants that say each pair of one on its own, so that what is wrong with them is in no other part. */
function inPieces(made: Manifest): readonly Manifest[] {
  const { namespace: home }: { namespace: string } = Object(made.metadata);
  const { from, to }: Printed["spec"] = Object(made.spec);
  return from.flatMap((trusted, at) =>
    to.map((opened, index) => grant(home, `piece-${at}-${index}`, [trusted], [opened])),
  );
}

describe("scaffold referencegrant/x", { timeout: TIMEOUT }, () => {
  it("leaves every verdict as it is, at any time on the way, and says no more than before", () => {
    const tried = { worlds: 0, narrowed: 0, tight: 0, unused: 0, rejected: 0, several: 0 };
    fc.assert(
      fc.property(someWorld, fc.constantFrom(true, true, true, false), (world, closed) => {
        const snapshot = worldWith(world, [], closed);
        const before = verdictsOf(decisionsIn(snapshot));
        const ids = grantIdsIn(snapshot);
        if (ids.length > 0) tried.worlds += 1;
        for (const id of ids) {
          const { answer, needs } = tighten(snapshot, id, STYLE);
          expect(needs).toEqual([]);
          if (answer === null) throw new Error(`${keyOf(id)} was not read`);
          tried[answer.result] += 1;
          if (answer.result === "unused" || answer.result === "rejected") {
            expect(answer.grants).toEqual([]);
            // That files hold nothing else of a namespace would say something of it.
            const instead = core("ConfigMap", id.namespace, "instead");
            const rest = world.filter((one) => identityOf(one) !== identityOf({ kind: id.kind, metadata: id }));
            expect(verdictsOf(decisionsIn(worldWith([...rest, instead], [], closed)))).toEqual(before);
            continue;
          }
          expect(answer.grants.length).toBeGreaterThan(0);
          if (answer.grants.length > 1) tried.several += 1;
          const texts = answer.grants.map((one) => yamlOf([one]));
          for (const count of texts.keys()) {
            const now = worldWith(world, texts.slice(0, count + 1), closed);
            expect(verdictsOf(decisionsIn(now)), `after ${count + 1} of ${texts.length}`).toEqual(before);
          }
          const documents = texts.flatMap(printedIn);
          const old = pairsOf([printedFrom(snapshot, id)]);
          expect(uncovered(pairsOf(documents), old)).toEqual([]);
          if (answer.result === "tight") expect(pairsOf(documents)).toEqual(old);
          else expect(pairsOf(documents)).not.toEqual(old);
        }
      }),
      RUNS,
    );
    expect(tried.worlds).toBeGreaterThan(atLeast(0.6));
    expect(tried.narrowed).toBeGreaterThan(atLeast(0.1));
    expect(tried.tight).toBeGreaterThan(atLeast(0.1));
    expect(tried.unused).toBeGreaterThan(atLeast(0.1));
    expect(tried.several).toBeGreaterThan(0);
  });

  it("has nothing to do again", () => {
    let tried = 0;
    // Of the two that are trusted a Gateway is known not to use it; without that one the other is known to attach and no more.
    const attaching = grant(
      "c",
      "g",
      [
        { kind: "Gateway", namespace: "a" },
        { kind: "ListenerSet", namespace: "b" },
      ],
      [{ group: GW, kind: "Gateway" }],
    );
    fc.assert(
      fc.property(someWorld, fc.constantFrom(true, true, true, false), (world, closed) => {
        const snapshot = worldWith(world, [], closed);
        for (const id of grantIdsIn(snapshot)) {
          const texts = (tighten(snapshot, id, STYLE).answer?.grants ?? []).map((one) => yamlOf([one]));
          const after = worldWith(world, texts, closed);
          for (const text of texts) {
            const [printed] = printedIn(text);
            if (printed === undefined) throw new Error("nothing is printed");
            const { namespace: home, name: own } = printed.metadata;
            const again = tighten(after, { ...REFERENCE_GRANT, namespace: home, name: own }, STYLE).answer;
            expect([again?.result, yamlOf(again?.grants ?? [])]).toEqual(["tight", text]);
            tried += 1;
          }
        }
      }),
      { ...RUNS, examples: [[[core("Service", "a", "x"), attaching], false]] },
    );
    expect(tried).toBeGreaterThan(atLeast(0.2));
  });

  it("prints the same whatever the order of the manifests", () => {
    let tried = 0;
    fc.assert(
      fc.property(
        someWorld.chain((world) =>
          fc.record({
            world: fc.constant(world),
            shuffled: fc.shuffledSubarray([...world], { minLength: world.length, maxLength: world.length }),
          }),
        ),
        ({ world, shuffled }) => {
          const [one, other] = [worldWith(world), worldWith(shuffled)];
          for (const id of grantIdsIn(one)) {
            const text = yamlOf(tighten(one, id, STYLE).answer?.grants ?? []);
            expect(yamlOf(tighten(other, id, STYLE).answer?.grants ?? [])).toBe(text);
            if (text !== "") tried += 1;
          }
        },
      ),
      RUNS,
    );
    expect(tried).toBeGreaterThan(atLeast(0.2));
  });

  it("prints the same of a cluster that is read by needs and of files", async () => {
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(someWorld, async (loose) => {
        const world = asCluster(loose);
        const files = worldWith(world);
        const full: Snapshot = { ...snapshotOf(world), source: "cluster", served: SERVED };
        for (const id of grantIdsIn(files)) {
          const here = tighten(files, id, STYLE).answer;
          const there = await askCluster(full, [id], (snapshot) => tighten(snapshot, id, STYLE));
          // What a file holds stays, also what an API server wrote; of a cluster it goes.
          const text = yamlOf(here?.grants ?? []).replaceAll(/^ {2}deletionTimestamp: .*\n/gm, "");
          expect([there?.result, yamlOf(there?.grants ?? [])]).toEqual([here?.result, text]);
          if (here?.result === "narrowed") tried += 1;
        }
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(atLeast(0.1));
  });
});

describe("scaffold referencepolicy/x", { timeout: TIMEOUT }, () => {
  const aLongGrant: fc.Arbitrary<Manifest> = fc
    .record({ from: fc.integer({ min: 1, max: 40 }), to: fc.integer({ min: 1, max: 40 }) })
    .map(({ from, to }) =>
      grant(
        "b",
        "g",
        Array.from({ length: from }, (_, index) => ({ namespace: `n${index}` })),
        Array.from({ length: to }, (_, index) => (index === 7 ? {} : { name: `s${index}` })),
      ),
    );

  const aPlace = fc.constantFrom("alone", "alone", "among", "among", "covered");

  it("prints nothing that the API server refuses", () => {
    let tried = 0;
    fc.assert(
      fc.property(aGrant, (made) => {
        const { namespace: home, name: own }: { namespace: string; name: string } = Object(made.metadata);
        const policy: Manifest = { ...made, kind: "ReferencePolicy", apiVersion: `${GW}/v1alpha2` };
        const { answer } = convert(worldWith([policy]), { ...REFERENCE_POLICY, namespace: home, name: own }, STYLE);
        const documents = printedIn(yamlOf(answer?.grants ?? []));
        expect(isRejected(documents)).toBe(false);
        if (isRejected(inPieces(made))) tried += 1;
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(0);
  });

  it("says entry for entry what a grant of the same entries would", () => {
    const tried = { converted: 0, covered: 0, empty: 0, "no-grants": 0, split: 0 };
    fc.assert(
      fc.property(fc.oneof(aGrant, aLongGrant), someWorld, aPlace, (made, others, place) => {
        const policy: Manifest = { ...made, kind: "ReferencePolicy", apiVersion: `${GW}/v1alpha2` };
        const { namespace: home, name: own }: { namespace: string; name: string } = Object(made.metadata);
        const beside: Readonly<Record<typeof place, readonly Manifest[]>> = {
          alone: [],
          among: others,
          covered: [{ ...made, metadata: { namespace: home, name: "covering" } }],
        };
        const world = onceEach([...beside[place], policy]);
        const snapshot = worldWith(world);
        const id = { ...REFERENCE_POLICY, namespace: home, name: own };
        const { answer, needs } = convert(snapshot, id, STYLE);
        expect(needs).toEqual([]);
        if (answer === null) throw new Error("it was not read");
        tried[answer.result] += 1;
        const text = yamlOf(answer.grants);
        const documents = printedIn(text);
        if (isRejected(inPieces(made))) return;
        const same = printedFrom(worldWith([made]), { ...id, ...REFERENCE_GRANT });
        switch (answer.result) {
          case "converted":
            expect([...new Set(pairsOf(documents))].toSorted()).toEqual([...new Set(pairsOf([same]))].toSorted());
            if (documents.length === 1) {
              expect(documents[0]?.spec.from).toEqual(same.spec.from);
              expect(documents[0]?.spec.to.map((entry) => [entry.group, entry.kind, entry.name])).toEqual(
                same.spec.to.map((entry) => [entry.group, entry.kind, entry.name]),
              );
              if (place !== "among") expect(documents[0]?.metadata).toEqual({ name: own, namespace: home });
            } else tried.split += 1;
            for (const { spec, metadata } of documents) {
              expect(Math.max(spec.from.length, spec.to.length)).toBeLessThanOrEqual(16);
              expect(metadata.namespace).toBe(home);
              const there = world.find((one) => identityOf(one) === identityOf({ kind: "ReferenceGrant", metadata }));
              if (there !== undefined)
                expect(pairsOf([Object(there)]).toSorted()).toEqual(pairsOf(documents).toSorted());
            }
            expect(new Set(documents.map(({ metadata }) => metadata.name)).size).toBe(documents.length);
            break;
          case "covered":
            expect(
              uncovered(pairsOf([same]), pairsOf(grantIdsIn(snapshot).map((one) => printedFrom(snapshot, one)))),
            ).toEqual([]);
            break;
          case "empty":
            expect(pairsOf([same])).toEqual([]);
            break;
          case "no-grants":
            throw new Error("files may always hold grants");
        }
        if (answer.result !== "converted") return;
        // A second time it is covered.
        expect(convert(worldWith(world, [text]), id, STYLE).answer?.result).toBe("covered");
      }),
      RUNS,
    );
    expect(tried.converted).toBeGreaterThan(atLeast(0.5));
    expect(tried.covered).toBeGreaterThan(atLeast(0.05));
    expect(tried.split).toBeGreaterThan(atLeast(0.1));
  });
});
