import { describe, expect, it } from "vitest";
import { CLUSTER_SCOPED_REFERENTS } from "../../src/catalogue/kinds.ts";
import { DISPUTED_REFERENTS, targetRule } from "../../src/catalogue/referents.ts";
import type { AttachmentRow, CatalogueRow, ForeignGrantRow, FreeRow, GrantRow } from "../../src/catalogue/row.ts";
import { crossesNamespace, type Decision } from "../../src/model/decision.ts";
import type { Finding } from "../../src/model/finding.ts";
import {
  type FieldPath,
  type GroupKind,
  groupKindKey,
  includesGroupKind,
  type ObjectId,
  sameGroupKind,
} from "../../src/model/object.ts";
import type { Enforcement } from "../../src/model/reference.ts";
import type { Report } from "../../src/model/report.ts";
import { type Manifest, reportOn } from "../harness/world.ts";
import {
  FILES,
  type Fixture,
  fileOf,
  groupKindOf,
  isGrant,
  metadataOf,
  NEEDED,
  readFixture,
  type World,
} from "./fixtures/load.ts";

/** Where the referrer lives, and where it refers to. */
const APP = "app";
const SHARED = "shared";

/** A verdict with what it rests on. */
function said({ outcome }: Decision): string {
  switch (outcome.verdict) {
    case "permitted":
      return `permitted by ${outcome.witness.by}`;
    case "refused":
      return `refused: ${outcome.reason}`;
    case "unknown":
      return `unknown: ${outcome.gaps.map(({ cause }) => cause).join(", ")}`;
  }
}

/** What each way to enforce comes to, without a grant and with one (docs/rules.md §2.9). */
const BY_ENFORCEMENT: Readonly<Record<Enforcement, { readonly without: string; readonly granted: string }>> = {
  required: { without: "refused: RefNotPermitted", granted: "permitted by grant" },
  "feature-gated": { without: "refused: RefNotPermitted", granted: "permitted by grant" },
  mode: { without: "unknown: implementation", granted: "permitted by grant" },
  declared: { without: "unknown: implementation", granted: "permitted by grant" },
  unverified: { without: "unknown: implementation", granted: "permitted by grant" },
  generated: { without: "unknown: implementation", granted: "unknown: implementation" },
  disputed: { without: "refused: RefNotPermitted", granted: "unknown: implementation" },
  ignored: { without: "permitted by unenforced", granted: "permitted by unenforced" },
  "same-namespace-only": { without: "refused: MustBeLocal", granted: "refused: MustBeLocal" },
};

/** The finding that tells of a verdict; null for none. */
const FINDING_OF: Readonly<Record<string, Finding["code"] | null>> = {
  "refused: RefNotPermitted": "ref-not-permitted",
  "refused: MustBeLocal": "must-be-local",
  "refused: NotAllowed": "not-attached",
  "refused: NotAllowedByListeners": "not-attached",
  "unknown: implementation": "unknown-verdict",
  "permitted by unenforced": "grant-not-enforced",
};

type Value = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Value =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy of a value with what stands at `path` changed. */
function changed(value: unknown, path: FieldPath, change: (old: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === step ? changed(item, rest, change) : item));
  }
  if (!isRecord(value)) throw new Error(`there is nothing at ${path.join(".")}`);
  return { ...value, [step]: changed(value[step], rest, change) };
}

function edited(manifest: Manifest, path: FieldPath, change: (old: Value) => unknown): Manifest {
  const copy = changed(manifest, path, (old) => {
    if (!isRecord(old)) throw new Error(`${path.join(".")} is no object`);
    return change(old);
  });
  if (!isRecord(copy)) throw new Error("a manifest stays an object");
  return { ...copy, kind: String(copy.kind) };
}

const without = (key: string, value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));

function mapWorld([first, ...others]: World, map: (manifest: Manifest) => Manifest): World {
  return [map(first), ...others.map(map)];
}

const onGrants =
  (path: FieldPath, more: Value) =>
  (manifest: Manifest): Manifest =>
    isGrant(manifest) ? edited(manifest, path, (old) => ({ ...old, ...more })) : manifest;

function isReferrer(id: ObjectId, [referrer]: World): boolean {
  const { namespace = null, name } = metadataOf(referrer);
  return sameGroupKind(id, groupKindOf(referrer)) && id.namespace === namespace && id.name === name;
}

/** The decisions on the row's field of the referrer. */
function decisionsIn(report: Report, world: World, row: CatalogueRow): readonly Decision[] {
  return report.decisions.filter(({ reference }) => reference.row === row.id && isReferrer(reference.referrer, world));
}

function decide(world: World, row: CatalogueRow): Decision {
  const [decision, ...others] = decisionsIn(reportOn(world), world, row);
  if (decision === undefined || others.length > 0) throw new Error(`${row.id}: one decision expected`);
  return decision;
}

/** The catalogue's notation of a path: `[]` for the place in a list, braces around a key with dots. */
function notation(path: FieldPath): string {
  const steps = path.map((step) => (typeof step === "number" ? "[]" : /[./]/.test(step) ? `.{${step}}` : `.${step}`));
  return steps.join("").slice(1);
}

/** What is found about the referrer, each once and sorted, but for the release that its kind belongs to. */
function codes(world: World): readonly string[] {
  const about = reportOn(world).findings.filter(({ subject }) => subject !== null && isReferrer(subject, world));
  return [...new Set(about.map(({ code }) => code))].filter((code) => code !== "version-unserved").toSorted();
}

/** What should be found about the referrer: one thing or none, and that the field is experimental or gone. */
function withCodesOfRow(
  { row, known }: Fixture,
  decision: Decision,
  code: Finding["code"] | null | undefined,
): readonly string[] {
  // Whoever has the last word on the target, the field still needs its feature.
  const gated = known !== null && row.handshake === "grant" && row.enforcement === "feature-gated";
  const own = code === null || code === undefined ? [] : [code];
  const found = gated && decision.outcome.verdict === "permitted" ? [...own, "feature-gated"].toSorted() : own;
  if (row.implementation !== "gateway-api" || row.from.kind.startsWith("X")) return found;
  if (row.until !== null) return [...found, "field-retired"].toSorted();
  const experimental = row.channel === "experimental" && crossesNamespace(decision);
  return experimental ? [...found, "field-experimental"].toSorted() : found;
}

/** What holds of every fixture that has a reference at all. */
function holdsOne(fixture: Fixture): Decision {
  const { row, refused } = fixture;
  const report = reportOn(refused);
  const [decision, ...others] = decisionsIn(report, refused, row);
  if (decision === undefined) throw new Error(`${fixture.file} has no reference of the row`);
  expect(others).toEqual([]);
  expect(notation(decision.reference.path)).toBe(row.path);
  // Nothing else in it leaves its namespace.
  const crossing = report.decisions.filter(crossesNamespace);
  expect(crossing.filter((other) => other !== decision).map(({ reference }) => reference.row)).toEqual([]);
  return decision;
}

function namedKinds({ defaults, alsoNames = [] }: CatalogueRow): readonly GroupKind[] {
  return [...(defaults === null ? [] : [defaults]), ...alsoNames];
}

/** The reference's field with other words for group and kind. */
function withKind(row: CatalogueRow, field: Value, { group, kind }: GroupKind): Value {
  if (row.reading === "endpoint") return { ...field, type: kind };
  return { ...field, [row.reading === "data-source" ? "apiGroup" : "group"]: group, kind };
}

/** The worlds in which a reference stays at home: its namespace left out, and written. */
function atHome({ row, refused }: Fixture, { path, referent }: Decision["reference"]): readonly World[] {
  const [referrer, ...others] = refused;
  switch (row.reading) {
    case "object-selector": {
      const moved = others.map((other) =>
        metadataOf(other).name === referent.name
          ? edited(other, ["metadata"], (metadata) => ({ ...metadata, namespace: APP }))
          : other,
      );
      return [[referrer, ...moved]];
    }
    case "plugin-list": {
      const [, annotations, key] = path;
      if (annotations === undefined || key === undefined) throw new Error("an annotation expected");
      return [referent.name, `${APP}:${referent.name}`].map((text) => [
        edited(referrer, ["metadata", annotations], (old) => ({ ...old, [key]: text })),
        ...others,
      ]);
    }
    default:
      return [
        [edited(referrer, path, (old) => without("namespace", old)), ...others],
        [edited(referrer, path, (old) => ({ ...old, namespace: APP })), ...others],
      ];
  }
}

/** What the same world says with another of the kinds that the row names, on both sides. */
function renamed(world: World, row: CatalogueRow, { path, referent }: Decision["reference"], kind: GroupKind): World {
  const [referrer, ...others] = mapWorld(world, onGrants(["spec", "to", 0], { ...kind }));
  const named = edited(referrer, path, (field) => withKind(row, field, kind));
  const apiVersion = kind.group === "" ? "v1" : `${kind.group}/v1`;
  // What a selector finds has to be there.
  const found = (other: Manifest): Manifest =>
    row.reading === "object-selector" && metadataOf(other).name === referent.name && !isGrant(other)
      ? { apiVersion, kind: kind.kind, metadata: metadataOf(other) }
      : other;
  return [named, ...others.map(found)];
}

/** A slip in each place of a grant, after which it is one for something else. */
const MISMATCHES: Readonly<Record<string, (manifest: Manifest) => Manifest>> = {
  "from.group": onGrants(["spec", "from", 0], { group: "example.com" }),
  "from.kind": onGrants(["spec", "from", 0], { kind: "Somebody" }),
  "from.namespace": onGrants(["spec", "from", 0], { namespace: "elsewhere" }),
  "to.group": onGrants(["spec", "to", 0], { group: "example.com" }),
  "to.kind": onGrants(["spec", "to", 0], { kind: "Something" }),
  "to.name": onGrants(["spec", "to", 0], { name: "another" }),
  "grant.namespace": onGrants(["metadata"], { namespace: APP }),
};

/** What an enforcement comes to for a row: where nobody knows which kind to trust, no grant is known to be enough. */
function expectedOf({ trustUnknown }: GrantRow, enforcement: Enforcement) {
  const expected = BY_ENFORCEMENT[enforcement];
  return trustUnknown === true ? { ...expected, granted: expected.without } : expected;
}

function grantLaws(fixture: Fixture, row: GrantRow): void {
  const { refused, permitted } = fixture;
  const enforcement = fixture.known?.enforcement ?? row.enforcement;
  const expected = expectedOf(row, enforcement);

  it(`${enforcement}: ${expected.without} without a grant, ${expected.granted} with one`, () => {
    const decision = holdsOne(fixture);
    const { referrer, referent } = decision.reference;
    expect([referrer.namespace, referent.namespace]).toEqual([APP, SHARED]);
    if (fixture.known !== null) expect(groupKindKey(referent)).toBe(groupKindKey(fixture.known.target));
    expect(said(decision)).toBe(expected.without);
    expect(codes(refused)).toEqual(withCodesOfRow(fixture, decision, FINDING_OF[expected.without]));

    const granted = decide(permitted, row);
    expect(said(granted)).toBe(expected.granted);
    const [grant] = permitted.filter(isGrant);
    const { outcome } = granted;
    if (outcome.verdict === "permitted" && outcome.witness.by === "grant") {
      expect(outcome.witness.trials.map((trial) => [trial.grant.id.namespace, trial.grant.id.name])).toEqual([
        [SHARED, grant === undefined ? "" : metadataOf(grant).name],
      ]);
    }
    const quiet = expected.granted === "permitted by unenforced" ? null : FINDING_OF[expected.granted];
    const told = enforcement === "feature-gated" ? "feature-gated" : quiet;
    expect(codes(permitted)).toEqual(withCodesOfRow(fixture, granted, told));
    const ofGrants = reportOn(permitted).findings.filter(({ subject }) => subject?.kind === "ReferenceGrant");
    expect(ofGrants.map(({ code }) => code)).toEqual(enforcement === "same-namespace-only" ? ["grant-unused"] : []);
  });

  it("needs nobody's consent in its own namespace, unless its implementation asks where that is written", () => {
    const { reference } = decide(refused, row);
    const decisions = atHome(fixture, reference).map((world) => decide(world, row));
    for (const decision of decisions) expect(decision.reference.referent.namespace).toBe(APP);
    const [byDefault, ...written] = decisions.map(said);
    expect(byDefault).toBe("permitted by sameNamespace");
    for (const verdict of written) expect(verdict).toBe(row.asksAtHome === true ? expected.without : byDefault);
  });

  it.each(Object.entries(MISMATCHES))("is not helped by a grant with another %s", (clause, mistake) => {
    const left = clause === "to.name" && row.namesUnread === true ? "unknown: implementation" : expected.without;
    expect(said(decide(mapWorld(permitted, mistake), row))).toBe(left);
  });

  it("is helped by a grant for each kind that may be trusted, and by one without a name", () => {
    for (const { group, kind } of row.trustedAs ?? [row.from]) {
      const trusting = mapWorld(permitted, onGrants(["spec", "from", 0], { group, kind }));
      expect(said(decide(trusting, row)), kind).toBe(expected.granted);
    }
    const nameless = mapWorld(permitted, (manifest) =>
      isGrant(manifest) ? edited(manifest, ["spec", "to", 0], (entry) => without("name", entry)) : manifest,
    );
    expect(said(decide(nameless, row))).toBe(expected.granted);
  });

  const { reference } = decide(refused, row);
  const others = namedKinds(row).filter((kind) => !sameGroupKind(kind, reference.referent));
  // What else the row names has fixtures of its own where an implementation has a word in it.
  const kinds = fixture.known === null && row.reading !== "plugin-list" ? others : [];
  it.each(kinds.map((kind) => [kind.kind, kind] as const))("judges a %s alike", (_, kind) => {
    const ruled = targetRule(row.id, kind)?.enforcement ?? enforcement;
    const { without: refusal, granted } = expectedOf(
      row,
      includesGroupKind(DISPUTED_REFERENTS, kind) && ruled === "required" ? "disputed" : ruled,
    );
    if (includesGroupKind(CLUSTER_SCOPED_REFERENTS, kind)) {
      const [referrer, ...rest] = renamed(refused, row, reference, kind);
      const world: World = [edited(referrer, reference.path, (old) => without("namespace", old)), ...rest];
      expect(said(decide(world, row))).toBe("permitted by clusterScoped");
      return;
    }
    const asked = decide(renamed(refused, row, reference, kind), row);
    expect([groupKindKey(asked.reference.referent), said(asked)]).toEqual([groupKindKey(kind), refusal]);
    expect(said(decide(renamed(permitted, row, reference, kind), row))).toBe(granted);
  });
}

function attachmentLaws(fixture: Fixture, row: AttachmentRow): void {
  const ofRoute = row.from.kind.endsWith("Route");
  const refusal = ofRoute ? "refused: NotAllowedByListeners" : "refused: NotAllowed";
  it(`${refusal} by a parent for its own namespace, permitted by one that is open`, () => {
    const { refused, permitted } = fixture;
    const decision = holdsOne(fixture);
    expect([decision.reference.referrer.namespace, decision.reference.referent.namespace]).toEqual([APP, SHARED]);
    expect(said(decision)).toBe(refusal);
    expect(codes(refused)).toEqual(withCodesOfRow(fixture, decision, FINDING_OF[refusal]));
    const allowed = decide(permitted, row);
    expect(said(allowed)).toBe(ofRoute ? "permitted by listener" : "permitted by allowedListeners");
    expect(codes(permitted)).toEqual(withCodesOfRow(fixture, allowed, null));
  });
}

function freeLaws(fixture: Fixture, row: FreeRow): void {
  const { refused } = fixture;
  if (row.reach === "anywhere") {
    it("goes anywhere, since its owner is in no namespace", () => {
      const decision = holdsOne(fixture);
      expect([decision.reference.referrer.namespace, decision.reference.referent.namespace]).toEqual([null, SHARED]);
      expect(said(decision)).toBe("permitted by unrestricted");
      expect(codes(refused)).toEqual([]);
    });
    return;
  }
  it("stays in its namespace, and another one that is written is dropped", () => {
    const decision = holdsOne(fixture);
    expect(said(decision)).toBe("permitted by sameNamespace");
    expect(decision.reference.referent.namespace).toBe(APP);
    expect(codes(refused)).toEqual(withCodesOfRow(fixture, decision, null));

    const [referrer, ...others] = refused;
    const { path } = decision.reference;
    const written: World = [edited(referrer, path, (old) => ({ ...old, namespace: SHARED })), ...others];
    expect(said(decide(written, row))).toBe("permitted by sameNamespace");
    expect(codes(written)).toEqual(withCodesOfRow(fixture, decision, "namespace-ignored"));
  });

  it("has no consent to ask for", () => {
    expect(fixture.permitted).toEqual(refused);
  });
}

function foreignLaws(fixture: Fixture, row: ForeignGrantRow): void {
  it(`is left to ${row.grantKind.kind}, which is told of`, () => {
    const { refused, permitted } = fixture;
    for (const world of [refused, permitted]) expect(reportOn(world).decisions).toEqual([]);
    expect(reportOn(refused).findings).toEqual([]);
    const grants = permitted.filter(isGrant).map(groupKindOf);
    expect(grants).toEqual([row.grantKind]);
    expect(reportOn(permitted).findings.map(({ code }) => code)).toEqual(["grant-look-alike"]);
  });
}

describe("fixtures", () => {
  it("are there for every row and known target, and for nothing else", () => {
    expect(FILES).toEqual(NEEDED.map(({ row, known }) => fileOf(row, known)).toSorted());
  });
});

const there = NEEDED.filter(({ row, known }) => FILES.includes(fileOf(row, known)));

describe.each(there.map(({ row, known }) => [fileOf(row, known), row, known] as const))("%s", (_, row, known) => {
  const fixture = readFixture(row, known);

  it("begins with the row's kind, and holds nothing that a cluster would reject", () => {
    expect(groupKindOf(fixture.refused[0])).toEqual(row.from);
    const odd = reportOn(fixture.permitted).findings.filter(({ code }) => /^(manifest|field)-/.test(code));
    expect(odd.map(({ code }) => code).filter((code) => !/^field-(retired|experimental)$/.test(code))).toEqual([]);
  });

  switch (row.handshake) {
    case "grant":
      grantLaws(fixture, row);
      break;
    case "attachment":
      attachmentLaws(fixture, row);
      break;
    case "none":
      freeLaws(fixture, row);
      break;
    case "foreign-grant":
      foreignLaws(fixture, row);
      break;
  }
});
