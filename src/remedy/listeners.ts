import { makerOf } from "../catalogue/makers.ts";
import { admitsKind } from "../catalogue/protocols.ts";
import type { AttachmentDecision, ListenerClause, ListenerTrial } from "../model/decision.ts";
import { nearWord } from "../model/near-word.ts";
import { keyOf, type NamespacedId } from "../model/object.ts";
import type { Repair } from "../model/remedy.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { admittance } from "./admission.ts";
import { correction, type Wanted } from "./correction.ts";
import { appendOf } from "./edits.ts";
import { type Case, isNear, type Repairs } from "./trial.ts";
import { bodyOf, changed } from "./world.ts";

type Attaching = Case<AttachmentDecision>;

/** The name of a parent, which stands in a namespace where it has listeners. */
function holderOf({ parent }: ListenerTrial): NamespacedId | null {
  return parent.namespace === null ? null : { ...parent, namespace: parent.namespace };
}

/** A reference that names this listener, and no other port than it has. */
function named({ listener, failed }: ListenerTrial, on: Attaching): readonly Repair[] | null {
  const { reference, outcome } = on.decision;
  const wanted: Wanted[] = [];
  if (failed.includes("sectionName")) wanted.push({ field: "sectionName", value: listener.name });
  if (failed.includes("port")) wanted.push({ field: "port", value: listener.port });
  const names = outcome.trials.map((trial) => trial.listener.name);
  const written = reference.sectionName;
  const near = written !== null && failed.includes("sectionName") && nearWord(written, names) === listener.name;
  const repair = correction(on.snapshot, reference, wanted, near ? "near-name" : "admits");
  return repair === null ? null : [repair];
}

/** The route's kind among those that the listener takes, if its protocol carries it. */
function admittingKind(trial: ListenerTrial, on: Attaching, snapshot: Snapshot): readonly Repair[] | null {
  const { listener } = trial;
  const { group, kind } = on.decision.reference.referrer;
  const holder = holderOf(trial);
  const object = holder === null ? undefined : snapshot.objects.get(keyOf(holder));
  if (listener.kinds === null || holder === null || object === undefined || object.body === null) return null;
  if (admitsKind({ ...listener, kinds: null }, { group, kind }) !== "yes") return null;
  const path = ["spec", "listeners", listener.index, "allowedRoutes", "kinds"];
  const edits = appendOf(bodyOf(object), path, { group, kind });
  if (edits === null) return null;
  const change = { change: "edit", id: holder, edits } as const;
  return [{ repair: "admit-kind", change, maker: makerOf(object), holder, listener, kind: { group, kind } }];
}

const WILDCARD = "*.";

/** A single hostname that the listener takes: its own, or for all below one the first label that the route has already. */
function hostnameFor(listener: string, written: string): string | null {
  const below = listener.startsWith(WILDCARD);
  const label = written.split(".").find((part) => part !== "" && part !== "*");
  const hostname = below ? `${label ?? ""}${listener.slice(1)}` : listener;
  return (below && label === undefined) || hostname.includes("*") ? null : hostname;
}

/** At most this many hostnames in a route. */
const MOST_HOSTNAMES = 16;

/** A hostname of the listener's among those of the route. */
function addingHostname({ listener }: ListenerTrial, on: Attaching, snapshot: Snapshot): readonly Repair[] | null {
  const { referrer, hostnames } = on.decision.reference;
  const object = snapshot.objects.get(keyOf(referrer));
  const [first] = hostnames ?? [];
  if (object === undefined || object.body === null || first === undefined || listener.hostname === null) return null;
  if (hostnames === null || hostnames.length >= MOST_HOSTNAMES) return null;
  const hostname = hostnameFor(listener.hostname, first);
  const edits = hostname === null ? null : appendOf(bodyOf(object), ["spec", "hostnames"], hostname);
  if (hostname === null || edits === null) return null;
  const change = { change: "edit", id: referrer, edits } as const;
  return [{ repair: "add-hostname", change, maker: makerOf(object), referrer, hostname, listener }];
}

/** What makes one clause hold; null where nothing is known to. */
function repairOf(
  clause: Exclude<ListenerClause, "sectionName" | "port">,
  trial: ListenerTrial,
  on: Attaching,
  snapshot: Snapshot,
): readonly Repair[] | null {
  const { listener } = trial;
  switch (clause) {
    case "kinds":
      return admittingKind(trial, on, snapshot);
    case "namespaces": {
      const holder = holderOf(trial);
      const field = holder === null ? null : { holder, listener, admission: listener.namespaces };
      return field === null ? null : admittance(snapshot, on.judged, field, on.decision.reference.referrer.namespace);
    }
    case "hostname":
      return addingHostname(trial, on, snapshot);
  }
}

const NARROWING: readonly ListenerClause[] = ["sectionName", "port"];
const ADMITTING = ["kinds", "namespaces", "hostname"] as const;

/** All that keeps the route from this listener put right, one repair for each; null where something cannot be. */
function repairsFor(trial: ListenerTrial, on: Attaching): readonly Repair[] | null {
  const { failed } = trial;
  const first = failed.some((clause) => NARROWING.includes(clause)) ? named(trial, on) : [];
  if (first === null) return null;
  const repairs = [...first];
  for (const clause of ADMITTING.filter((one) => failed.includes(one))) {
    // Each is made where those before were: two may write into one object.
    const snapshot = changed(
      on.snapshot,
      repairs.map(({ change }) => change),
    );
    const more = repairOf(clause, trial, on, snapshot);
    if (more === null) return null;
    repairs.push(...more);
  }
  return repairs;
}

interface Composed {
  readonly trial: ListenerTrial;
  readonly repairs: readonly Repair[];
}

/** How many objects are changed. */
const objectsIn = ({ repairs }: Composed): number => new Set(repairs.map(({ change }) => keyOf(change.id))).size;

/** More than these are not tried: each is judged in a world of its own. */
const MOST_TRIED = 8;

/**
 * For each listener what would let the route in by it, the likeliest first: where nothing is left to the implementation; then the
 * listener that the route names; then fewest repairs, on fewest objects; then names that are near to what was written; then the
 * order of the listeners.
 */
export function* openings(on: Attaching): Generator<Repairs> {
  const { reference, outcome } = on.decision;
  const written = reference.sectionName;
  const composed = outcome.trials
    .filter(({ undecided }) => undecided.every(({ gap }) => gap.cause === "implementation"))
    .flatMap((trial): readonly Composed[] => {
      const repairs = repairsFor(trial, on);
      return repairs === null ? [] : [{ trial, repairs }];
    });
  const isNamed = ({ trial }: Composed): boolean => written !== null && trial.listener.name === written;
  const ranked = composed.toSorted(
    (a, b) =>
      a.trial.undecided.length - b.trial.undecided.length ||
      Number(isNamed(b)) - Number(isNamed(a)) ||
      a.repairs.length - b.repairs.length ||
      objectsIn(a) - objectsIn(b) ||
      Number(isNear(b.repairs)) - Number(isNear(a.repairs)) ||
      a.trial.listener.index - b.trial.listener.index,
  );
  for (const { repairs } of ranked.slice(0, MOST_TRIED)) {
    const [first, ...others] = repairs;
    if (first !== undefined) yield [first, ...others];
  }
}
