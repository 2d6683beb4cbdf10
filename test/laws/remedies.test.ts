import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KINDS } from "../../src/catalogue/known.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { Gap } from "../../src/model/gap.ts";
import { type Need, needKey } from "../../src/model/need.ts";
import { type KubeObject, keyOf, type ObjectId, sameGroupKind } from "../../src/model/object.ts";
import type { Advice, Repair } from "../../src/model/remedy.ts";
import { extended, type Snapshot } from "../../src/model/snapshot.ts";
import { audit } from "../../src/pipeline.ts";
import { type Manifest, namespace, reportOn, snapshotOf, verdictOf } from "../harness/world.ts";
import { type Advised, advisedOn, identity, manifestsAfter } from "../remedy/advised.ts";
import { aWorld, identityOf } from "./worlds.ts";

/** Promises of what is advised, on generated worlds. A failure prints its seed. */

const RUNS = { numRuns: Number(process.env.LAW_RUNS ?? 300) };
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

/** All that is advised in a world. */
function everyAdvice(world: readonly Manifest[], closed = true): readonly Advised[] {
  const snapshot = snapshotOf(world, closed);
  return referrersIn(reportOn(world, closed).decisions).flatMap((id) => advisedOn(snapshot, id));
}

/** As in a cluster: every namespace that holds something has its Namespace. */
function settled(world: readonly Manifest[]): readonly Manifest[] {
  const homes = world.flatMap(({ metadata }) => {
    const { namespace: home }: { namespace?: string } = Object(metadata);
    return home === undefined ? [] : [namespace(home)];
  });
  return [...new Map([...homes, ...world].map((manifest) => [identityOf(manifest), manifest])).values()];
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

const permitted = (decisions: readonly Decision[]): ReadonlySet<string> =>
  new Set(decisions.filter(({ outcome }) => outcome.verdict === "permitted").map(identity));

const leadsNowhere = (decision: Decision): boolean =>
  decision.handshake !== "attachment" && decision.referentExistence === "missing";

describe("remedies", { timeout: TIMEOUT }, () => {
  it("every repair that is advised cures, and takes no permission away anywhere", () => {
    let tried = 0;
    fc.assert(
      fc.property(someWorld, (world) => {
        const before = permitted(reportOn(world).decisions);
        for (const { decision, advice } of everyAdvice(world)) {
          const repairs = repairsIn(advice);
          if (advice === null || repairs.length === 0) continue;
          const after = reportOn(
            manifestsAfter(
              world,
              repairs.map(({ change }) => change),
            ),
          ).decisions;
          const shown = JSON.stringify(repairs.map(({ change }) => change));
          const verdict = after.find((one) => identity(one) === identity(decision))?.outcome.verdict;
          expect(verdict, shown).toBe(advice.advice === "repair" ? "permitted" : "unknown");
          const now = permitted(after);
          expect(
            [...before].filter((reference) => !now.has(reference)),
            shown,
          ).toEqual([]);
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

  it("a cluster that is read by needs gives the advice that one gives which was read at once", () => {
    const answered = (full: Snapshot, need: Need): readonly KubeObject[] =>
      [...full.objects.values()].filter((object) => {
        if (need.read === "object") return keyOf(object.id) === keyOf(need.id);
        const { groupKind, namespace: home, name, labels } = need;
        if (!sameGroupKind(object.id, groupKind) || (home !== null && object.id.namespace !== home)) return false;
        if (name !== null && object.id.name !== name) return false;
        return [...(labels ?? [])].every(([key, value]) => object.labels.get(key) === value);
      });
    const byNeeds = (full: Snapshot, id: ObjectId): readonly Advised[] => {
      const first: Need = { read: "object", id };
      let world: Snapshot = { ...full, objects: new Map(), asked: new Map() };
      let needs = new Map<string, Need>([[needKey(first), first]]);
      for (let round = 0; needs.size > 0; round++) {
        expect(round).toBeLessThan(20);
        const objects = [...needs.values()].flatMap((need) => answered(full, need));
        world = extended(world, { objects, outcomes: new Map([...needs.keys()].map((key) => [key, null])) });
        const more = new Map<string, Need>();
        const advised = advisedOn(world, id, (need) => more.set(needKey(need), need));
        if (more.size === 0) return advised;
        needs = more;
      }
      return [];
    };
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
    fc.assert(
      fc.property(someWorldToSeeInPart, (world) => {
        const full: Snapshot = { ...snapshotOf(settled(world)), source: "cluster", served };
        for (const id of referrersIn(audit(full, { namespace: null, selector: [] }).decisions)) {
          expect(plain(byNeeds(full, id))).toEqual(plain(advisedOn(full, id)));
        }
      }),
      { numRuns: Math.ceil(RUNS.numRuns / 3) },
    );
  });

  it("partial sight advises nothing that would not help: with a kind hidden, every repair still cures, and spares what is hidden", () => {
    const hideable = fc.constantFrom(...KINDS.map(({ group, kind }) => ({ group, kind })));
    fc.assert(
      fc.property(someWorldToSeeInPart, hideable, fc.constantFrom("a", "b", null), (loose, groupKind, only) => {
        const world = settled(loose);
        const home = groupKind.kind === "Namespace" ? null : only;
        const isHidden = ({ id }: KubeObject) =>
          sameGroupKind(id, groupKind) && (home === null || id.namespace === home);
        const whole: Snapshot = { ...snapshotOf(world), source: "cluster" };
        const objects = new Map([...whole.objects].filter(([, object]) => !isHidden(object)));
        const gap: Gap = { cause: "forbidden", groupKind, namespace: home, detail: "hidden" };
        const partial: Snapshot = { ...whole, objects, gaps: [gap] };
        const all = { namespace: null, selector: [] };
        const before = permitted(audit(whole, all).decisions);
        for (const id of referrersIn(audit(partial, all).decisions)) {
          for (const { decision, advice } of advisedOn(partial, id)) {
            if (advice?.advice !== "repair") continue;
            const changes = advice.repairs.map(({ change }) => change);
            const now = permitted(
              audit({ ...snapshotOf(manifestsAfter(world, changes)), source: "cluster" }, all).decisions,
            );
            expect(now, JSON.stringify(changes)).toContain(identity(decision));
            expect(
              [...before].filter((reference) => !now.has(reference)),
              JSON.stringify(changes),
            ).toEqual([]);
          }
        }
      }),
      RUNS,
    );
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
