import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KINDS } from "../../src/catalogue/known.ts";
import type { Decision } from "../../src/model/decision.ts";
import { type GroupKind, keyOf, type ObjectId, sameGroupKind } from "../../src/model/object.ts";
import type { Advice, Repair } from "../../src/model/remedy.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { audit } from "../../src/pipeline.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { readerOf } from "../harness/reader.ts";
import { core, GW, grant, type Manifest, namespace, reportOn, route, snapshotOf, verdictOf } from "../harness/world.ts";
import { type Advised, advisedOn, advisedThrough, identity, manifestsAfter } from "../remedy/advised.ts";
import { aWorld, settled } from "./worlds.ts";

/** Promises of what is advised, on generated worlds. A failure prints its seed. */

const RUNS = lawRuns(300);
const EVERYTHING = { namespace: null, selector: [] } as const;
const TIMEOUT = 60_000 + RUNS.numRuns * 300;

/** What is to be done, as far as it is a change. */
function repairsIn(advice: Advice | null): readonly Repair[] {
  if (advice?.advice === "repair") return advice.repairs;
  return advice?.wayOut.way === "repair-and-ask" ? advice.wayOut.repairs : [];
}

/** Every object that holds a reference. */
function referrersIn(decisions: readonly Decision[]): readonly ObjectId[] {
  return [...new Map(decisions.map(({ reference: { referrer } }) => [keyOf(referrer), referrer])).values()];
}

/** All that is advised in a world of files. */
function everyAdvice(world: readonly Manifest[], closed = true): readonly Advised[] {
  return advisedOn(snapshotOf(world, closed), ...referrersIn(reportOn(world, closed).decisions));
}

const aWord = (...words: readonly string[]) => fc.constantFrom(...words);

/** Operators of selectors; those of the second sort keep out what has a label, so that a label may cost a permission. */
const ADMITTING = { ofValues: ["In"], ofKeys: ["Exists", "Sometimes"] };
const ALL_OPERATORS = { ofValues: ["In", "NotIn"], ofKeys: ["Exists", "DoesNotExist", "Sometimes"] };

/** A selector of the namespaces of some teams, or that asks for something else of their labels. */
const aSelector = ({ ofValues, ofKeys }: typeof ADMITTING) =>
  fc.oneof(
    fc.constantFrom<object>({}, { matchLabels: { team: "one" } }, { matchLabels: { team: "two", tier: "edge" } }),
    fc
      .record({
        key: aWord("team", "tier", "kubernetes.io/metadata.name"),
        operator: aWord(...ofValues),
        value: aWord("one", "a", "b"),
      })
      .map(({ key, operator, value }) => ({ matchExpressions: [{ key, operator, values: [value, "other"] }] })),
    fc
      .record({ key: aWord("team", "tier"), operator: aWord(...ofKeys) })
      .map((requirement) => ({ matchLabels: { team: "one" }, matchExpressions: [requirement] })),
  );

const someKinds = fc.constantFrom<object>(
  {},
  {},
  { kinds: [{ kind: "GRPCRoute" }] },
  { kinds: [{ kind: "TCPRoute" }, { kind: "TLSRoute" }] },
);

const anAllowance = (operators: typeof ADMITTING) =>
  fc.record({ selector: aSelector(operators), kinds: someKinds }).map(({ selector, kinds }) => ({
    namespaces: { from: "Selector", selector },
    ...kinds,
  }));

/** The names of a world's objects made long enough to be mistyped, some of them so that they are near to one another. */
function renamed(world: readonly Manifest[], other: string): readonly Manifest[] {
  const text = JSON.stringify(world).replaceAll('"x"', '"orders"').replaceAll('"z"', JSON.stringify(other));
  return JSON.parse(text);
}

/** A world in which selectors are of many sorts, parents and targets are mistyped, and listeners take few kinds. */
const aHarderWorld = (operators: typeof ADMITTING): fc.Arbitrary<readonly Manifest[]> =>
  fc
    .record({
      world: aWorld,
      allowances: fc.array(anAllowance(operators), { minLength: 1, maxLength: 4 }),
      other: aWord("oders", "payments", "orders-2"),
    })
    .map(({ world, allowances, other }) => {
      let next = 0;
      const allowed = (): object => allowances[next++ % allowances.length] ?? {};
      const harder = world.map((manifest): Manifest => {
        const spec: { listeners?: readonly object[]; allowedListeners?: object } = Object(manifest.spec);
        if (spec.listeners === undefined) return manifest;
        const listeners = spec.listeners.map((listener) => ({ ...listener, allowedRoutes: allowed() }));
        const { kinds: _, ...sets }: { kinds?: unknown } = allowed();
        return { ...manifest, spec: { ...spec, listeners, ...(spec.allowedListeners && { allowedListeners: sets }) } };
      });
      return renamed(harder, other);
    });

const someWorld = fc.oneof(aWorld, aHarderWorld(ALL_OPERATORS));

/** A world of which a part may be unseen: that a new label shuts a namespace out there cannot be told. */
const someWorldToSeeInPart = fc.oneof(aWorld, aHarderWorld(ADMITTING));

/** What a reference is, wherever in its object it stands. */
const wherever = ({ reference }: Decision): string =>
  [
    keyOf(reference.referrer),
    reference.row,
    keyOf(reference.referent),
    reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "",
    reference.handshake === "attachment" ? `${reference.sectionName} ${reference.port}` : "",
  ].join(" ");

const permitted = (decisions: readonly Decision[], as = identity): ReadonlySet<string> =>
  new Set(decisions.filter(({ outcome }) => outcome.verdict === "permitted").map(as));

const isRemoval = ({ repair }: Repair): boolean => repair === "remove-reference";

/** How many parentRefs of a world name what another of the same route names: no API server takes such a route. */
function repeatedParents(world: readonly Manifest[]): number {
  const lists = world.map(({ metadata, spec }) => {
    const { parentRefs = [] }: { parentRefs?: readonly object[] } = Object(spec);
    const { namespace: home } = Object(metadata);
    const defaults = { group: GW, kind: "Gateway", namespace: home, sectionName: "" };
    const named = parentRefs.map((ref) => {
      const { group, kind, namespace: own, name, sectionName } = { name: "", ...defaults, ...ref };
      return JSON.stringify([group, kind, own, name, sectionName]);
    });
    return named.length - new Set(named).size;
  });
  return lists.reduce((sum, count) => sum + count, 0);
}

/** Repairs have to cure, and may take no permission away anywhere. */
function prove({ decision, advice }: Advised, before: readonly Decision[], after: readonly Decision[]): void {
  const repairs = repairsIn(advice);
  const shown = JSON.stringify(repairs.map(({ change }) => change));
  const removed = repairs.some(isRemoval);
  // Where a reference goes, those after it move up.
  const as = removed ? wherever : identity;
  if (removed) expect(after.length, shown).toBe(before.length - 1);
  else {
    const verdict = after.find((one) => identity(one) === identity(decision))?.outcome.verdict;
    expect(verdict, shown).toBe(advice?.advice === "repair" ? "permitted" : "unknown");
  }
  const now = permitted(after, as);
  // A grant for a kind that there is not permits nothing that leads anywhere: who corrects one side loses no more than that.
  const real = before.filter(({ reference }) => reference.referent.group !== "core");
  expect(
    [...permitted(real, as)].filter((reference) => !now.has(reference)),
    shown,
  ).toEqual([]);
}

/** The Namespace with more labels, as `kubectl label` gives them; null where it would overwrite one. */
function labelled(
  world: readonly Manifest[],
  { namespace: home, labels }: Repair & { readonly repair: "label-namespace" },
) {
  const own =
    world.find(({ kind, metadata }) => kind === "Namespace" && Object(metadata).name === home) ?? namespace(home);
  const { labels: were = {} }: { labels?: Record<string, string> } = Object(own.metadata);
  if (labels.some(({ key, value }) => Object.hasOwn(were, key) && were[key] !== value)) return null;
  const given = Object.fromEntries(labels.map(({ key, value }) => [key, value]));
  const next = { ...own, metadata: { ...Object(own.metadata), labels: { ...were, ...given } } };
  return [...world.filter((manifest) => manifest !== own), next];
}

/** The world after repairs, as they are pasted; null where one of them finds the world changed, so that it does nothing. */
function pasted(world: readonly Manifest[], repairs: readonly Repair[]): readonly Manifest[] | null {
  let next: readonly Manifest[] | null = world;
  for (const repair of repairs) {
    if (next === null) return null;
    if (repair.repair === "label-namespace") next = labelled(next, repair);
    else {
      try {
        next = manifestsAfter(next, [repair.change]);
      } catch {
        return null;
      }
    }
  }
  return next;
}

const leadsNowhere = (decision: Decision): boolean =>
  decision.handshake !== "attachment" && decision.referentExistence === "missing";

describe("remedies", { timeout: TIMEOUT }, () => {
  it("every repair that is advised cures, and takes no permission away anywhere", () => {
    let tried = 0;
    fc.assert(
      fc.property(someWorld, (world) => {
        const before = reportOn(world).decisions;
        for (const advised of everyAdvice(world)) {
          const repairs = repairsIn(advised.advice);
          if (repairs.length === 0) continue;
          const changes = repairs.map(({ change }) => change);
          const after = manifestsAfter(world, changes);
          prove(advised, before, reportOn(after).decisions);
          expect(repeatedParents(after)).toBeLessThanOrEqual(repeatedParents(world));
          tried += 1;
        }
      }),
      RUNS,
    );
    expect(tried).toBeGreaterThan(RUNS.numRuns);
  });

  it("nothing is advised on what is permitted and leads somewhere", () => {
    fc.assert(
      fc.property(someWorld, fc.boolean(), (world, closed) => {
        const idle = everyAdvice(world, closed).filter(
          ({ decision, advice }) =>
            decision.outcome.verdict === "permitted" && !leadsNowhere(decision) && advice !== null,
        );
        // A kind that is a slip leads nowhere too.
        expect(idle.filter(({ decision }) => decision.reference.referent.group !== "core")).toEqual([]);
      }),
      RUNS,
    );
  });

  it("a cluster that is read by needs gives the advice that one gives which was read at once", async () => {
    const served = KINDS.map(({ group, kind, versions }) => ({ group, kind, version: versions?.[0] ?? "v1" }));
    // Misplaced grants are looked for where somebody asks for them, and not in all namespaces.
    const told = (advice: Advice | null) => ({
      repairs: repairsIn(advice).map((repair) => ({ ...repair, misplaced: null })),
      wayOut: advice?.advice === "way-out" && repairsIn(advice).length === 0 ? advice.wayOut : null,
    });
    const plain = (advised: readonly Advised[]) =>
      advised.map(({ decision, advice }) => ({
        verdict: verdictOf(decision),
        path: decision.reference.path,
        advice: told(advice),
      }));
    await fc.assert(
      fc.asyncProperty(someWorldToSeeInPart, async (world) => {
        const full: Snapshot = { ...snapshotOf(settled(world)), source: "cluster", served };
        for (const id of referrersIn(audit(full, { namespace: null, selector: [] }).decisions)) {
          expect(plain(await advisedThrough(readerOf(full), id))).toEqual(plain(advisedOn(full, id)));
        }
      }),
      { numRuns: Math.ceil(RUNS.numRuns / 3) },
    );
  });

  it("all that one run advises, made in order, cures; what is void after another, the next run sees to", () => {
    const outcomes = { made: 0, void: 0 };
    fc.assert(
      fc.property(someWorld, (loose) => {
        let world = settled(loose);
        for (let round = 0; ; round += 1) {
          const before = reportOn(world).decisions;
          const advised = everyAdvice(world).filter(({ advice }) => advice?.advice === "repair");
          const mended = new Set(advised.map(({ decision }) => identity(decision)));
          const others = before.filter((decision) => !mended.has(identity(decision)));
          if (advised.length === 0) return;
          expect(round, JSON.stringify(world)).toBeLessThan(5);
          let made = 0;
          const grants = new Map<string, string>();
          for (const repair of advised.flatMap(({ advice }) => repairsIn(advice))) {
            if (repair.repair !== "add-grant") continue;
            const text = JSON.stringify(repair.change.manifest);
            expect(grants.get(keyOf(repair.id)) ?? text, "two grants of one name").toBe(text);
            grants.set(keyOf(repair.id), text);
          }
          for (const { advice } of advised) {
            const next = pasted(world, repairsIn(advice));
            world = next ?? world;
            made += next === null ? 0 : 1;
          }
          expect(made).toBeGreaterThan(0);
          outcomes.made += made;
          outcomes.void += advised.length - made;
          const now = permitted(reportOn(world).decisions, wherever);
          expect([...permitted(others, wherever)].filter((reference) => !now.has(reference))).toEqual([]);
        }
      }),
      RUNS,
    );
    expect(outcomes.made).toBeGreaterThan(outcomes.void);
  });

  it("partial sight advises nothing that would not help: with a kind hidden, every repair still cures, and spares what is hidden", async () => {
    const hideable = fc.constantFrom(...KINDS.map(({ group, kind }) => ({ group, kind })));
    await fc.assert(
      fc.asyncProperty(
        someWorldToSeeInPart,
        hideable,
        fc.constantFrom("a", "b", null),
        async (loose, groupKind, only) => {
          const world = settled(loose);
          const home = groupKind.kind === "Namespace" ? null : only;
          const whole: Snapshot = { ...snapshotOf(world), source: "cluster" };
          const isHidden = (kind: GroupKind, namespaceName: string | null) =>
            sameGroupKind(kind, groupKind) && (home === null || namespaceName === home || namespaceName === null);
          const before = audit(whole, EVERYTHING).decisions;
          for (const id of referrersIn(before).filter((one) => !isHidden(one, one.namespace))) {
            const reader = readerOf(whole, (need) =>
              need.read === "object" ? isHidden(need.id, need.id.namespace) : isHidden(need.groupKind, need.namespace),
            );
            for (const advised of await advisedThrough(reader, id)) {
              if (advised.advice?.advice !== "repair") continue;
              const changes = advised.advice.repairs.map(({ change }) => change);
              const after = audit({ ...snapshotOf(manifestsAfter(world, changes)), source: "cluster" }, EVERYTHING);
              prove(advised, before, after.decisions);
            }
          }
        },
      ),
      RUNS,
    );
  });

  it("more objects than a page holds leave advice on everything too", async () => {
    const many = (kind: string, more: object = {}): readonly Manifest[] =>
      Array.from({ length: 501 }, (_, index) => ({
        apiVersion: kind === "Service" ? "v1" : `${GW}/v1`,
        kind,
        metadata: { namespace: kind === "Service" ? "b" : "a", name: `filler-${index}` },
        ...more,
      }));
    const refused = route("HTTPRoute", "a", "web", {
      parentRefs: [{ name: "gatewya" }],
      rules: [
        {
          backendRefs: [
            { name: "orders-api", namespace: "b", port: 80 },
            { name: "gone", port: 80 },
          ],
        },
      ],
    });
    const entry = grant("b", "g", [{ kind: "GRPCRoute", namespace: "a" }], [{ name: "orders-api" }]);
    const crowds = [
      many("Service"),
      many("GRPCRoute", { spec: {} }),
      many("Gateway", { spec: {} }),
      many("HTTPRoute", { spec: {} }),
    ];
    for (const crowd of crowds) {
      const world = settled([refused, entry, core("Service", "b", "orders-api"), ...crowd]);
      const full: Snapshot = { ...snapshotOf(world), source: "cluster" };
      const id = { group: GW, kind: "HTTPRoute", namespace: "a", name: "web" };
      const advised = await advisedThrough(readerOf(full), id);
      expect(
        advised.filter(({ decision }) => decision.outcome.verdict !== "permitted" || leadsNowhere(decision)),
      ).toHaveLength(3);
      expect(advised.filter(({ advice }) => advice === null)).toEqual([]);
    }
  });

  it("there is advice on everything that is refused, unknown, or leads nowhere", () => {
    fc.assert(
      fc.property(someWorld, fc.boolean(), (world, closed) => {
        const silent = everyAdvice(world, closed).filter(
          ({ decision, advice }) =>
            (decision.outcome.verdict !== "permitted" || leadsNowhere(decision)) && advice === null,
        );
        expect(silent).toEqual([]);
      }),
      RUNS,
    );
  });
});
