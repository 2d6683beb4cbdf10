import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { IgnoreRule } from "../../src/diagnose/ignore.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import { FINDING_CODES, type Finding } from "../../src/model/finding.ts";
import { type FieldPath, keyOf } from "../../src/model/object.ts";
import type { Report } from "../../src/model/report.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { audit } from "../../src/pipeline.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { auditJson, auditText, auditWide, auditYaml } from "../harness/printed.ts";
import { type Manifest, reportOn, snapshotOf, verdictOf } from "../harness/world.ts";
import { bare, contradictions, identity, verdicts } from "./contradictions.ts";
import { aGrant, anOverlappingWorld, aWorld, identityOf } from "./worlds.ts";

/** Promises that hold in every world, on generated ones. A failure prints its seed. */

/** How many worlds each law is held against; `make laws` asks for a hundred times as many. */
const RUNS = lawRuns(1000);

/** Ten times what the slowest law takes for a world. */
const TIMEOUT = 60_000 + RUNS.numRuns * 70;

const EVERYTHING = { namespace: null, selector: [] };

/** The paths of all fields below a value. */
function leavesOf(value: unknown, path: FieldPath): readonly FieldPath[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return [...(path.length === 0 ? [] : [path]), ...inner.flatMap(([key, child]) => leavesOf(child, [...path, key]))];
}

/** A copy of a value with another one at a path. */
function replaced(value: unknown, [step, ...rest]: FieldPath, instead: unknown): unknown {
  if (step === undefined) return instead;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === step ? replaced(item, rest, instead) : item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, key === step ? replaced(child, rest, instead) : child]),
  );
}

/** Fields that are not what their schema says. */
const rejected = ({ findings, ignored }: Report): readonly FieldPath[] =>
  [...findings, ...ignored.map(({ finding }) => finding)].flatMap((finding) =>
    finding.code === "manifest-rejected" && finding.problem.cause === "field" ? [finding.problem.path] : [],
  );

const auditSchema = join(import.meta.dirname, "../../docs/schema/audit.schema.json");
const fitsSchema = new Ajv2020({ strictTypes: false }).compile(JSON.parse(readFileSync(auditSchema, "utf8")));

/** All that was found, told or not. */
const everythingFound = ({ findings, ignored }: Report): readonly Finding[] => [
  ...findings,
  ...ignored.map(({ finding }) => finding),
];

describe("laws", { timeout: TIMEOUT }, () => {
  it("monotone: adding a grant never takes a permission away", () => {
    fc.assert(
      fc.property(aWorld, aGrant, (world, more) => {
        // A grant of the same name would replace one, which is not adding.
        const added = {
          ...more,
          metadata: { namespace: new Map(Object.entries(more.metadata ?? {})).get("namespace"), name: "added" },
        };
        const before = verdicts(reportOn(world).decisions);
        const after = verdicts(reportOn([...world, added]).decisions);
        const permitted = [...before].filter(([, verdict]) => verdict === "permitted").map(([reference]) => reference);
        expect(permitted.filter((reference) => after.get(reference) !== "permitted")).toEqual([]);
      }),
      RUNS,
    );
  });

  it("a field of the wrong type never permits anything: no refusal turns into a permission", () => {
    const wrong = fc.constantFrom<unknown>(7, "text", [], {}, true, [7], { a: 1 });
    fc.assert(
      fc.property(aWorld, fc.nat(), fc.nat(), wrong, (world, object, field, value) => {
        const manifest = world[object % world.length];
        if (manifest === undefined || !("spec" in manifest)) return;
        const paths = leavesOf(manifest.spec, []);
        const path = paths[field % paths.length];
        if (path === undefined) return;
        const broken = world.map((one) => (one === manifest ? { ...one, spec: replaced(one.spec, path, value) } : one));
        const before = bare(reportOn(world).decisions);
        const report = reportOn(broken);
        const at = ["spec", ...path];
        const mistyped = rejected(report).some((field) => at.every((step, depth) => field[depth] === step));
        if (!mistyped) return;
        const permitted = [...bare(report.decisions)].filter(([, verdict]) => verdict === "permitted");
        const newly = permitted.filter(([reference]) => (before.get(reference) ?? "permitted") !== "permitted");
        expect(newly).toEqual([]);
      }),
      RUNS,
    );
  });

  it("files that are not the whole world never contradict the whole world", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        expect(contradictions(reportOn(world, false).decisions, reportOn(world).decisions)).toEqual([]);
      }),
      RUNS,
    );
  });

  it("order-free: the report does not depend on the order of the objects", () => {
    const shuffled = aWorld.chain((world) =>
      fc.tuple(fc.constant(world), fc.shuffledSubarray([...world], { minLength: world.length })),
    );
    // Positions and problems of the input follow its order, so the objects are compared as a cluster would give them.
    const unplaced = (manifests: Parameters<typeof snapshotOf>[0]): Snapshot => {
      const snapshot = snapshotOf(manifests);
      const objects = [...snapshot.objects].map(([key, object]) => [key, { ...object, locate: () => null }] as const);
      return { ...snapshot, objects: new Map(objects), problems: [] };
    };
    fc.assert(
      fc.property(shuffled, ([world, other]) => {
        const json = (manifests: typeof world) => auditJson(audit(unplaced(manifests), EVERYTHING));
        expect(json(other)).toBe(json(world));
      }),
      RUNS,
    );
  });

  it("the same world as YAML documents and as a JSON list gives equal decisions", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const text = world.map((manifest) => `---\n${stringify(manifest)}`).join("");
        const fromYaml = snapshotOfManifests(
          objectsOf(parseDocuments([{ name: "world.yaml", text }]), "default"),
          true,
        );
        expect(verdicts(audit(fromYaml, EVERYTHING).decisions)).toEqual(verdicts(reportOn(world).decisions));
      }),
      { numRuns: Math.ceil(RUNS.numRuns / 4) },
    );
  });

  it("a scope only narrows: what is left was decided alike", () => {
    fc.assert(
      fc.property(aWorld, fc.constantFrom("a", "b"), (world, only) => {
        const whole = verdicts(reportOn(world).decisions);
        const narrow = audit(snapshotOf(world), { namespace: only, selector: [] });
        const otherwise = narrow.decisions.filter((decision) => whole.get(identity(decision)) !== verdictOf(decision));
        expect(otherwise).toEqual([]);
        const outside = narrow.decisions.filter(
          ({ reference: { referrer, referent } }) => referrer.namespace !== only && referent.namespace !== only,
        );
        expect(outside).toEqual([]);
      }),
      RUNS,
    );
  });

  it("a permitted reference names a grant that exists and, on its own, permits it too", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        for (const decision of reportOn(world).decisions) {
          if (
            decision.handshake !== "grant" ||
            decision.outcome.verdict !== "permitted" ||
            decision.outcome.witness.by !== "grant"
          )
            continue;
          const { grant } = decision.outcome.witness.trials[0];
          const alone = world.filter((manifest) => {
            const metadata = new Map(Object.entries(manifest.metadata ?? {}));
            return (
              manifest.kind !== "ReferenceGrant" ||
              (metadata.get("namespace") === grant.id.namespace && metadata.get("name") === grant.id.name)
            );
          });
          expect(verdicts(reportOn(alone).decisions).get(identity(decision))).toBe("permitted");
        }
      }),
      RUNS,
    );
  });

  it("a status changes no verdict: without any, every reference is decided as it was", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const untold = world.map(({ status: _, ...manifest }): Manifest => manifest);
        expect(verdicts(reportOn(untold).decisions)).toEqual(verdicts(reportOn(world).decisions));
      }),
      RUNS,
    );
  });

  it("a redundant grant can go: without all that are, every reference is decided as it was", () => {
    fc.assert(
      fc.property(anOverlappingWorld, (world) => {
        const report = reportOn(world);
        const redundant = new Set(
          everythingFound(report).flatMap((finding) =>
            "covering" in finding
              ? [`${finding.grant.id.kind}/${finding.grant.id.namespace}/${finding.grant.id.name}`]
              : [],
          ),
        );
        if (redundant.size === 0) return;
        const left = world.filter(({ kind, metadata }) => {
          const { namespace, name } = Object(metadata);
          return !redundant.has(`${kind}/${namespace}/${name}`);
        });
        expect(left.length).toBe(world.length - redundant.size);
        expect(verdicts(reportOn(left).decisions)).toEqual(verdicts(report.decisions));
      }),
      RUNS,
    );
  });

  it("ignoring hides findings and nothing else: what is told and what is ignored are all there is", () => {
    const codes = Object.keys(FINDING_CODES).filter((code): code is Finding["code"] => code in FINDING_CODES);
    const someRules = fc.array(
      fc.record({
        code: fc.constantFrom(...codes),
        subject: fc.option(fc.record({ namespace: fc.constantFrom("a", "b", null), name: fc.constantFrom("x", "g") })),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(aWorld, someRules, (world, rules: readonly IgnoreRule[]) => {
        const snapshot = snapshotOf(world);
        const whole = audit(snapshot, EVERYTHING);
        const quiet = audit(snapshot, EVERYTHING, { rules, annotations: true });
        const { findings: _, ...counts } = whole.counts;
        expect(quiet.counts).toMatchObject(counts);
        const lines = (report: Report) =>
          everythingFound(report)
            .map(({ code, severity, subject }) => `${severity} ${code} ${subject === null ? "" : keyOf(subject)}`)
            .toSorted();
        expect(lines(quiet)).toEqual(lines(whole));
        const { error, warning, info } = quiet.counts.findings;
        expect(error + warning + info).toBe(quiet.findings.length);
        const meant = ({ code, subject }: Finding): boolean =>
          rules.some(
            (rule) =>
              rule.code === code &&
              (rule.subject === null ||
                (rule.subject.namespace === subject?.namespace && rule.subject.name === subject.name)),
          );
        expect(quiet.ignored.filter(({ finding, by }) => (by === "flag") !== meant(finding))).toEqual([]);
        expect(quiet.findings.filter(meant)).toEqual([]);
      }),
      RUNS,
    );
  });

  it("every finding stands on an object of the world or on none, and every report can be written in every form", () => {
    const display = fc.record({
      width: fc.constantFrom(null, 40, 120),
      color: fc.boolean(),
      unicode: fc.boolean(),
      headers: fc.boolean(),
    });
    fc.assert(
      fc.property(aWorld, fc.boolean(), display, (world, closed, form) => {
        const report = reportOn(world, closed);
        const known = new Set(world.map(identityOf));
        const lost = everythingFound(report).filter(
          ({ code, subject }) =>
            !Object.hasOwn(FINDING_CODES, code) ||
            (subject !== null && !known.has(identityOf({ kind: subject.kind, metadata: subject }))),
        );
        expect(lost).toEqual([]);
        expect(auditText(report, form)).toMatch(/\n$/);
        expect(auditWide(report, form)).toMatch(/\n$/);
        const data: unknown = JSON.parse(auditJson(report));
        fitsSchema(data);
        expect(fitsSchema.errors ?? []).toEqual([]);
        expect(auditYaml(report)).toMatch(/\n$/);
      }),
      RUNS,
    );
  });

  it("a report reads the same as YAML and as JSON", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const report = reportOn(world);
        expect(parse(auditYaml(report))).toEqual(JSON.parse(auditJson(report)));
      }),
      { numRuns: Math.ceil(RUNS.numRuns / 10) },
    );
  });
});
