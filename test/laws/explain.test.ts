import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isParent, REFERENCE_GRANT, REFERENT_KINDS } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { explainExit } from "../../src/explain/exit.ts";
import { referrersOf } from "../../src/explain/known.ts";
import { explainObject, explainPair } from "../../src/explanations.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { Change, Explanation } from "../../src/model/explanation.ts";
import {
  formatPath,
  includesGroupKind,
  type KubeObject,
  keyOf,
  type ObjectId,
  sameGroupKind,
} from "../../src/model/object.ts";
import { extended, type Snapshot } from "../../src/model/snapshot.ts";
import { audit, inquire } from "../../src/pipeline.ts";
import { evidence } from "../../src/render/evidence.ts";
import { explainJson } from "../../src/render/explain-json.ts";
import { groundsText } from "../../src/render/explain-prose.ts";
import { explainText } from "../../src/render/explain-text.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { readerOf } from "../harness/reader.ts";
import { snapshotOf, verdictOf } from "../harness/world.ts";
import { aWorld } from "./worlds.ts";

/** What explain promises of what would be, held against an audit of the world in which it is. */

const RUNS = lawRuns(500);
const TIMEOUT = 60_000 + RUNS.numRuns * 120;

/** A field and the regime it is judged under. What a selector brings in is told apart by what it is. */
const identity = ({ reference }: Decision): string =>
  [
    keyOf(reference.referrer),
    reference.row,
    formatPath(reference.path),
    reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "",
    keyOf(reference.referent),
  ].join(" ");

const decisionsIn = (snapshot: Snapshot): ReadonlyMap<string, Decision> =>
  new Map(
    audit(snapshot, { namespace: null, selector: [] }).decisions.map((decision) => [identity(decision), decision]),
  );

/** The references that are decided otherwise in the other world, with what becomes of them. */
function differences(
  before: ReadonlyMap<string, Decision>,
  after: ReadonlyMap<string, Decision>,
  counts: (decision: Decision) => boolean = () => true,
): readonly string[] {
  return [...before]
    .filter(([key, decision]) => {
      const then = after.get(key);
      return counts(decision) && then !== undefined && then.outcome.verdict !== decision.outcome.verdict;
    })
    .map(([key]) => `${key}: ${verdictOf(after.get(key) ?? fail(key))}`)
    .toSorted();
}

function fail(key: string): never {
  throw new Error(`no decision on ${key}`);
}

const changed = (changes: readonly Change[]): readonly string[] =>
  changes
    .filter(({ before, after }) => before.outcome.verdict !== after.outcome.verdict)
    .map(({ before, after }) => `${identity(before)}: ${verdictOf(after)}`)
    .toSorted();

const replaced = (snapshot: Snapshot, id: ObjectId, object: KubeObject | null): Snapshot => ({
  ...snapshot,
  objects: new Map(
    [...snapshot.objects].flatMap(([key, other]) => {
      if (key !== keyOf(id)) return [[key, other] as const];
      return object === null ? [] : [[key, object] as const];
    }),
  ),
});

const explained = (snapshot: Snapshot, kind?: { group: string; kind: string }): readonly Explanation[] =>
  [...snapshot.objects.values()]
    .filter(({ id }) => kind === undefined || sameGroupKind(id, kind))
    .map(({ id }) => explainObject(snapshot, id).answer);

const isAttachment = ({ handshake }: Decision): boolean => handshake === "attachment";

/** The same object with one listener less. */
function withoutListener(object: KubeObject, index: number): KubeObject {
  const body: { spec?: { listeners?: unknown[] } } = Object(object.body);
  const listeners = (body.spec?.listeners ?? []).filter((_, at) => at !== index);
  return { ...object, body: { ...body, spec: { ...body.spec, listeners } } };
}

/** The whole of an explanation, read by needs as from a cluster. */
async function byNeeds(whole: Snapshot, id: ObjectId): Promise<{ answer: Explanation; rounds: number }> {
  const reader = readerOf(whole);
  const own = whole.objects.get(keyOf(id));
  let snapshot: Snapshot = {
    ...whole,
    objects: new Map(own === undefined ? [] : [[keyOf(id), own]]),
    asked: new Map(),
  };
  for (let rounds = 1; rounds < 30; rounds += 1) {
    const { answer, needs } = explainObject(snapshot, id);
    if (needs.length === 0) return { answer, rounds };
    snapshot = extended(snapshot, await reader.read(needs));
  }
  throw new Error("it never ends");
}

/**
 * For one object nobody reads grants of which only a near miss would be told, nor what else a controller may have had in mind:
 * of findings those on grants are compared.
 */
const comparable = (json: string): unknown =>
  JSON.parse(json, (key, value: unknown) => {
    if (key === "trials" || key === "detail") return undefined;
    if (key !== "findings" || !Array.isArray(value)) return value;
    return value.filter((finding: unknown) => Object(finding).subject?.kind === "ReferenceGrant");
  });

/** Does the reference name an object of a kind that no field of its kind is known to name? Nobody looks for such. */
const isUnheardOf = ({ reference }: Decision, id: ObjectId): boolean =>
  keyOf(reference.referent) === keyOf(id) &&
  !referrersOf(id).some(
    ({ kind, local }) =>
      sameGroupKind(kind, reference.referrer) && (!local || reference.referrer.namespace === id.namespace),
  );

describe("explain", () => {
  it(
    "of a grant: if it were deleted is what audit says with it deleted",
    () => {
      fc.assert(
        fc.property(aWorld, (manifests) => {
          const snapshot = snapshotOf(manifests);
          const before = decisionsIn(snapshot);
          for (const explanation of explained(snapshot, REFERENCE_GRANT)) {
            if (explanation.explains !== "grant") continue;
            const after = decisionsIn(replaced(snapshot, explanation.id, null));
            expect(changed(explanation.ifDeleted)).toEqual(differences(before, after));
          }
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    "of a grant: what is tighter is enough, and no more is permitted than is used",
    () => {
      fc.assert(
        fc.property(aWorld, (manifests) => {
          const snapshot = snapshotOf(manifests);
          const before = decisionsIn(snapshot);
          for (const explanation of explained(snapshot, REFERENCE_GRANT)) {
            if (explanation.explains !== "grant" || explanation.object === null) continue;
            const { tighter, object, id } = explanation;
            if (tighter.length === 0) continue;
            const others = tighter.map((spec, index): KubeObject => {
              const name = `tighter-${index}`;
              const body = {
                apiVersion: object.apiVersion,
                kind: id.kind,
                metadata: { name, namespace: id.namespace },
                spec,
              };
              return { ...object, id: { ...id, name }, terminating: false, body };
            });
            const gone = replaced(snapshot, id, null);
            const objects = new Map([...gone.objects, ...others.map((other) => [keyOf(other.id), other] as const)]);
            const tightened = { ...gone, objects };
            expect(differences(before, decisionsIn(tightened))).toEqual([]);
            for (const other of others) {
              const again = explainObject(tightened, other.id).answer;
              if (again.explains !== "grant") throw new Error("a grant is a grant");
              expect(again.pairs.map(({ usage }) => usage)).not.toContain("unused");
            }
          }
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    "of a listener and of a label: without it attachments are what audit says",
    () => {
      fc.assert(
        fc.property(aWorld, (manifests) => {
          const snapshot = snapshotOf(manifests);
          const before = decisionsIn(snapshot);
          for (const explanation of explained(snapshot)) {
            const { id, object } = explanation;
            if (object === null) continue;
            if (explanation.explains === "object") {
              for (const { listener, ifDeleted } of explanation.holder?.listeners ?? []) {
                const after = decisionsIn(replaced(snapshot, id, withoutListener(object, listener.index)));
                expect(changed(ifDeleted)).toEqual(differences(before, after, isAttachment));
              }
            }
            if (explanation.explains === "namespace") {
              for (const { key, ifRemoved } of explanation.labels) {
                const labels = new Map([...object.labels].filter(([label]) => label !== key));
                const after = decisionsIn(replaced(snapshot, id, { ...object, labels }));
                expect(changed(ifRemoved)).toEqual(differences(before, after, isAttachment));
              }
            }
          }
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    "of a Service, Secret or ConfigMap: what would lead nowhere is what audit finds missing without it",
    () => {
      fc.assert(
        fc.property(aWorld, (manifests) => {
          const snapshot = snapshotOf(manifests);
          for (const explanation of explained(snapshot)) {
            const { id } = explanation;
            if (explanation.explains !== "object" || !includesGroupKind(REFERENT_KINDS, id)) continue;
            const { incoming } = explanation;
            const lost = [...(incoming?.crossing ?? []), ...(incoming?.local ?? [])]
              .filter(({ outcome }) => outcome.verdict === "permitted")
              // Of what may be no reference nothing is missing.
              .filter(({ reference }) => reference.handshake !== "grant" || reference.doubt === null);
            const after = audit(replaced(snapshot, id, null), { namespace: null, selector: [] });
            const missing = [...after.findings, ...after.ignored.map(({ finding }) => finding)].flatMap((finding) => {
              const isLost =
                finding.code === "target-not-found" ||
                (finding.code === "not-attached" && finding.decision.outcome.reason === "ParentNotFound");
              return isLost && keyOf(finding.decision.reference.referent) === keyOf(id)
                ? [identity(finding.decision)]
                : [];
            });
            expect(lost.map(identity).toSorted()).toEqual(missing.toSorted());
          }
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    "agrees with audit on every verdict, whatever is explained",
    () => {
      fc.assert(
        fc.property(aWorld, (manifests) => {
          const snapshot = snapshotOf(manifests);
          const all = decisionsIn(snapshot);
          for (const explanation of explained(snapshot)) {
            const decisions =
              explanation.explains === "namespace"
                ? [...explanation.outgoing, ...explanation.incoming, ...explanation.local]
                : explanation.explains === "object"
                  ? [
                      ...(explanation.outgoing?.decisions ?? []),
                      ...(explanation.incoming?.crossing ?? []),
                      ...(explanation.incoming?.local ?? []),
                    ]
                  : explanation.pairs.flatMap(({ uses, perhaps }) => [...uses, ...perhaps]);
            for (const decision of decisions) {
              expect(verdictOf(decision)).toBe(verdictOf(all.get(identity(decision)) ?? fail(identity(decision))));
            }
            if (explanation.explains === "object") {
              const key = keyOf(explanation.id);
              const to = [...all.values()].filter(({ reference }) => keyOf(reference.referent) === key);
              const told = [...(explanation.incoming?.crossing ?? []), ...(explanation.incoming?.local ?? [])];
              expect(told.map(identity).toSorted()).toEqual(to.map(identity).toSorted());
            }
          }
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    "exits with 4 only for what its text tells of",
    () => {
      const display = { width: null, color: false, unicode: true, headers: true };
      fc.assert(
        fc.property(aWorld, fc.boolean(), (manifests, closed) => {
          for (const explanation of explained({ ...snapshotOf(manifests), closed })) {
            const text = explainText(explanation, { display, world: "" });
            const telling = /Not all was seen:|unknown|perhaps|not known of|could not be (?:told|seen)/;
            if (explainExit(explanation) === 4) expect(text).toMatch(telling);
            else expect(text).not.toContain("Not all was seen:");
          }
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    "names the grant as the nearest that why-denied names",
    () => {
      const display = { width: null, color: false, unicode: true, headers: true };
      fc.assert(
        fc.property(aWorld, (manifests) => {
          const snapshot = snapshotOf(manifests);
          const objects = [...snapshot.objects.values()].map(({ id }) => id);
          const inquiry = inquire(snapshot, { objects, hops: false }).answer;
          for (const answer of inquiry.answers) {
            for (const decision of answer.decisions) {
              const grounds = groundsText(decision, answer.advice.get(decision));
              const told = /nearest grant [^/]*\/([\w-]+)/.exec(grounds)?.[1];
              const why = evidence(decision, answer, inquiry, { display, verbose: false }).join("\n");
              const shown = /nearest(?:, | is )([\w-]+)/.exec(why)?.[1];
              if (told !== undefined && shown !== undefined) expect(told).toBe(shown);
            }
          }
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    "of a pair says of a route's parent what is decided on the reference, where that asks for no listener",
    () => {
      fc.assert(
        fc.property(aWorld, (manifests) => {
          const snapshot = snapshotOf(manifests);
          for (const decision of decisionsIn(snapshot).values()) {
            const { reference, outcome } = decision;
            if (reference.handshake !== "attachment" || reference.implicit) continue;
            if (reference.sectionName !== null || reference.port !== null || !isParent(reference.referent)) continue;
            const { group, kind, namespace, name } = reference.referrer;
            const { answer } = explainPair(snapshot, {
              from: { group, kind },
              namespace,
              name,
              to: reference.referent,
            });
            const verdicts = [...answer.ways, ...answer.besides].flatMap((way) =>
              way.way === "decided" && way.rows.includes(reference.row) ? [way.decision.outcome.verdict] : [],
            );
            expect(verdicts).toEqual([outcome.verdict]);
          }
        }),
        RUNS,
      );
    },
    TIMEOUT,
  );

  it(
    "read by needs says what it says of the whole cluster",
    async () => {
      await fc.assert(
        fc.asyncProperty(aWorld, async (manifests) => {
          const files = snapshotOf(manifests);
          // A CustomResourceDefinition among files tells versions, that of a cluster is told by discovery.
          const known = new Set(KINDS.map(({ group, kind }) => `${group}/${kind}`));
          const objects = new Map([...files.objects].filter(([, { id }]) => known.has(`${id.group}/${id.kind}`)));
          const served = KINDS.map(({ group, kind, versions }) => ({ group, kind, version: versions?.[0] ?? "v1" }));
          const whole: Snapshot = { ...files, source: "cluster", closed: true, objects, served, problems: [] };
          const all = [...decisionsIn(whole).values()];
          for (const { id } of objects.values()) {
            if (all.some((decision) => isUnheardOf(decision, id))) continue;
            const { answer } = await byNeeds(whole, id);
            expect(comparable(explainJson([answer]))).toEqual(
              comparable(explainJson([explainObject(whole, id).answer])),
            );
          }
        }),
        { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 4) },
      );
    },
    TIMEOUT,
  );
});
