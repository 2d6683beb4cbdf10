import { NAMESPACE, REFERENT_KINDS } from "../src/catalogue/kinds.ts";
import { exitCode } from "../src/diagnose/exit-code.ts";
import { type Ignoring, idleRules } from "../src/diagnose/ignore.ts";
import type { ClusterWorld } from "../src/load/cluster/read.ts";
import type { Gap } from "../src/model/gap.ts";
import {
  type GroupKind,
  groupKindKey,
  includesGroupKind,
  type KubeObject,
  keyOf,
  type ObjectId,
  type ObjectKey,
} from "../src/model/object.ts";
import type { Report } from "../src/model/report.ts";
import { sightOf } from "../src/model/sight.ts";
import type { Snapshot } from "../src/model/snapshot.ts";
import { audit } from "../src/pipeline.ts";
import { gapText } from "../src/render/prose.ts";
import { type Display, listed, printable } from "../src/render/text.ts";
import { displayOf, worldText } from "./display.ts";
import { type Loaded, loadFiles } from "./load-files.ts";
import type { AuditPlan, SourcePlan } from "./plan.ts";
import type { Outcome, Pieces, Ports, Progress } from "./ports.ts";
import { formatIgnore } from "./values.ts";

const NAMES_SHOWN = 5;

/** Where Namespaces may not be listed, or are too many, others than those that were tried may be worth a -n. */
function triedNote({ tried }: ClusterWorld): readonly string[] {
  if (tried === undefined || tried.all) return [];
  const { names, untried } = tried;
  const shown = names.slice(0, NAMES_SHOWN);
  const more = names.length - shown.length;
  const which = listed(more === 0 ? shown : [...shown, `${more} more`]);
  const count = untried === 0 ? `${names.length}` : `${names.length} of ${names.length + untried}`;
  const where =
    names.length === 1 && untried === 0 ? `namespace ${which}` : `${count} namespaces, one by one: ${which}`;
  return [`what may not be listed in all namespaces was tried in ${where}; -n has another one tried`];
}

async function loadCluster(
  plan: SourcePlan & { readonly from: "cluster" },
  namespace: string | null,
  ports: Ports,
  progress: Progress,
  meanwhile: () => void,
): Promise<Loaded> {
  const namespaces = namespace === null ? [] : [namespace];
  const world = await ports.readCluster(
    { connection: plan.connection, chunkSize: plan.chunkSize, namespaces, meanwhile },
    progress,
  );
  const objects = new Map<ObjectKey, KubeObject>(world.objects.map((object) => [keyOf(object.id), object]));
  return {
    snapshot: {
      source: "cluster",
      closed: true,
      objects,
      gaps: world.gaps,
      problems: [],
      served: world.served,
      asked: null,
    },
    notes: triedNote(world),
  };
}

type Renderer = (report: Report, plan: AuditPlan, display: Display) => Pieces;

async function rendererOf({ output }: AuditPlan): Promise<Renderer> {
  switch (output) {
    case "text": {
      const { auditText } = await import("../src/render/audit-text.ts");
      return (report, { source }, display) => auditText(report, display, worldText(source));
    }
    case "wide": {
      const { auditWide } = await import("../src/render/audit-wide.ts");
      return (report, _, display) => auditWide(report, display);
    }
    case "json":
      return (await import("../src/render/audit-json.ts")).auditJson;
    case "yaml":
      return (await import("../src/render/audit-json.ts")).auditYaml;
  }
}

const isForbiddenEverywhere = (gap: Gap): gap is Gap & { readonly groupKind: GroupKind } =>
  gap.cause === "forbidden" && gap.namespace === null && gap.groupKind !== null;

/** Gaps that no finding has shown or was kept from showing, so that nothing hidden is passed over in silence. */
function unseen(report: Report): readonly string[] {
  const shown = new Set(
    [...report.findings, ...report.ignored.map(({ finding }) => finding)].flatMap((finding) =>
      finding.code === "unknown-verdict" ? [finding.gap] : [],
    ),
  );
  const untold = report.gaps.filter((gap) => !shown.has(gap) && gap.cause !== "unreadable");
  // What may not be listed in all namespaces is told once, and not for each of them again.
  const everywhere = new Set(
    untold.flatMap((gap) => (isForbiddenEverywhere(gap) ? [groupKindKey(gap.groupKind)] : [])),
  );
  const isCovered = ({ cause, groupKind, namespace }: Gap): boolean =>
    cause === "forbidden" && namespace !== null && groupKind !== null && everywhere.has(groupKindKey(groupKind));
  return untold.filter((gap) => !isCovered(gap)).map(gapText);
}

/** A mistyped -n gives an empty report; where the namespace is known not to exist, that is said. */
function scopeNote(snapshot: Snapshot, namespace: string | null): readonly string[] {
  if (
    namespace === null ||
    sightOf(snapshot).existence({ ...NAMESPACE, namespace: null, name: namespace }) !== "missing"
  )
    return [];
  return [`there is no namespace ${namespace}`];
}

/** In files that are not the whole world a referent that is not there may still exist; that it was not looked at is said. */
function uncheckedNote({ source, closed, decisions }: Report): readonly string[] {
  if (source === "cluster" || closed) return [];
  const looked = (id: ObjectId) => includesGroupKind(REFERENT_KINDS, id);
  const unchecked = decisions.filter(
    (decision) =>
      decision.handshake !== "attachment" &&
      decision.outcome.verdict === "permitted" &&
      decision.referentExistence === "unseen" &&
      looked(decision.reference.referent),
  ).length;
  if (unchecked === 0) return [];
  const what =
    unchecked === 1 ? "1 permitted reference names an object" : `${unchecked} permitted references name objects`;
  return [
    `${what} that the files do not hold; --closed-world takes the files for the whole world and tells what is missing`,
  ];
}

/** A mistyped name in --ignore silences nothing, and the finding that is still there does not say why. */
function idleNote({ ignored }: Report, ignore: Ignoring): readonly string[] {
  const idle = idleRules(ignore, ignored).map(formatIgnore);
  return idle.length === 0 ? [] : [`--ignore ${idle.join(",")}: the report has no such finding`];
}

const NOTES_SHOWN = 10;

function notesText(notes: readonly string[]): string {
  const more = notes.length > NOTES_SHOWN ? [`and ${notes.length - NOTES_SHOWN} more; -o json has them all`] : [];
  return [...notes.slice(0, NOTES_SHOWN), ...more].map((note) => `Note: ${printable(note)}\n`).join("");
}

/** Audits the world that a plan names. */
export async function runAudit(plan: AuditPlan, ports: Ports, progress: Progress): Promise<Outcome> {
  const loaded =
    plan.source.from === "cluster"
      ? await loadCluster(plan.source, plan.namespace, ports, progress, () => {
          // One that fails is not told of here: it is asked for again below.
          rendererOf(plan).catch(() => undefined);
        })
      : await loadFiles(plan.source, ports, progress);
  progress.update("deciding references");
  const report = audit(loaded.snapshot, { namespace: plan.namespace, selector: plan.selector }, plan.ignore);
  const stdout = (await rendererOf(plan))(report, plan, displayOf(plan, ports.terminal));
  return {
    stdout,
    stderr: notesText([
      ...loaded.notes,
      ...scopeNote(loaded.snapshot, plan.namespace),
      ...uncheckedNote(report),
      ...idleNote(report, plan.ignore),
      ...unseen(report),
    ]),
    exitCode: exitCode(report, plan.exit),
  };
}
