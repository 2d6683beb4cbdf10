import { type Field, UNUSABLE, type Unusable } from "../model/fields.ts";
import type { Gap } from "../model/gap.ts";
import { ofKind } from "../model/kind-map.ts";
import type { Listener } from "../model/listener.ts";
import {
  type FieldPath,
  type GroupKind,
  includesGroupKind,
  type NamespacedId,
  type ObjectId,
  sameGroupKind,
} from "../model/object.ts";
import type { ParentScope, Reference } from "../model/reference.ts";
import type { Effects } from "./effect.ts";
import { GATEWAY, isParent, LISTENER_SETS, routeInfo, SERVICE } from "./kinds.ts";
import { readListeners } from "./listeners.ts";
import { asksForDefaultGateways, type Named, namedBy, readReferent, type Surroundings } from "./referent.ts";
import { meantParent, targetRule } from "./referents.ts";
import type { AttachmentRow, CatalogueRow, FreeRow, GrantRow } from "./row.ts";
import { rowsFrom } from "./rows.ts";
import { type Fork, forkOf, pathPattern, walk } from "./walk.ts";

/** The rows of a kind, and where their fields are. */
export interface WalkableRows {
  readonly rows: readonly CatalogueRow[];
  /** To the index of each row. */
  readonly fork: Fork<number>;
}

/** Is it a row that the tool decides, so that its fields are looked for? */
export const isWalked = ({ handshake }: CatalogueRow): boolean => handshake !== "foreign-grant";

/** The rows of a kind that are looked for. */
export const walkableFrom = ofKind((kind): WalkableRows => {
  const rows = rowsFrom(kind).filter(isWalked);
  return { rows, fork: forkOf(rows.map((row, index) => ({ pattern: pathPattern(row.path), wanted: index }))) };
});

/** What the readers need to know of a referrer besides the field in hand. */
export interface Referrer {
  readonly id: ObjectId;
  readonly root: Field;
  readonly listeners: readonly Listener[];
  /** For a route: its parents split by regime; for other kinds null. */
  readonly scopes: readonly ParentScope[] | null;
  readonly hostnames: readonly string[] | null | Unusable;
}

type NamespacedReferrer = Referrer & { readonly id: NamespacedId };

/** What an object is read against, beside its own fields. */
export interface Around extends Surroundings {
  readonly effects: Effects;
}

function isInNamespace(referrer: Referrer): referrer is NamespacedReferrer {
  return referrer.id.namespace !== null;
}

/** Which of a route's parents judge its references alike (docs/rules.md §2.6). A slip of a kind is taken for what was meant. */
function regimeOf(parent: ObjectId | null): ParentScope["regime"] {
  if (parent === null || sameGroupKind(parent, GATEWAY) || includesGroupKind(LISTENER_SETS, parent)) return "gateway";
  if (sameGroupKind(parent, SERVICE)) return "mesh";
  const meant = meantParent(parent);
  return meant === null ? "other" : regimeOf({ ...parent, ...meant });
}

const REGIMES: readonly ParentScope["regime"][] = ["gateway", "mesh", "other"];

function scopesOf(root: Field, owner: NamespacedId, row: CatalogueRow): readonly ParentScope[] {
  const spec = root.at("spec");
  const byRegime = new Map<ParentScope["regime"], number[]>();
  for (const [index, field] of spec.at("parentRefs").items().entries()) {
    const regime = regimeOf(readReferent(field, owner, row));
    byRegime.set(regime, [...(byRegime.get(regime) ?? []), index]);
  }
  // A route without parents, or that asks for default ones, is judged as under a Gateway.
  if (!byRegime.has("gateway") && (byRegime.size === 0 || asksForDefaultGateways(spec))) byRegime.set("gateway", []);
  return REGIMES.flatMap((regime) => {
    const parentRefs = byRegime.get(regime);
    return parentRefs === undefined ? [] : [{ regime, parentRefs, shared: byRegime.size > 1 }];
  });
}

/** A namespace that is written in a field that has none, and is not the one that the reference stays in, if in any. */
function droppedNamespace(field: Field, referent: ObjectId): string | null {
  if (referent.namespace === null) return null;
  const written = field.at("namespace").text();
  return written === undefined || written === "" || written === referent.namespace ? null : written;
}

/** What a field names, with what is the same for all that it names. */
interface Naming {
  readonly field: Field;
  readonly path: FieldPath;
  readonly named: Named;
}

/** Parents matter to what a route sends requests to, not to what an implementation reads in it beside (docs/rules.md §2.6). */
const WITHOUT_PARENTS: readonly null[] = [null];

function grantReferences(
  row: GrantRow,
  referrer: NamespacedReferrer,
  naming: Naming,
  effect: Gap | "certain",
  to: Reference[],
): void {
  const { path, named } = naming;
  const { referent, implicit, placed } = named;
  const rule = targetRule(row.id, referent);
  const scopes = row.implementation === "gateway-api" ? (referrer.scopes ?? WITHOUT_PARENTS) : WITHOUT_PARENTS;
  for (const scope of scopes) {
    // Written out: there are as many of these as references, and one literal is far quicker than several that are spread.
    to.push({
      row: row.id,
      path,
      referent,
      implicit,
      handshake: "grant",
      referrer: referrer.id,
      scope,
      trustedAs: row.trustedAs ?? ownKind(row.from),
      enforcement: rule?.enforcement ?? row.enforcement,
      asksAtHome: row.asksAtHome === true && placed,
      asksUnderMesh: rule?.underMesh === true,
      trustUnknown: row.trustUnknown === true,
      namesUnread: row.namesUnread === true,
      heldIn: null,
      doubt: effect === "certain" ? named.doubt : effect,
      missingReason: row.missingReason,
    });
  }
}

/** A row's own kind as all that a grant has to trust: one list for each kind. */
const ownKind = ofKind(({ group, kind }): readonly [GroupKind] => [{ group, kind }]);

function readSectionName(field: Field): string | null | Unusable {
  const name = field.textOr(null);
  return name === "" ? field.reject("the name of a listener, or nothing for all of them") : name;
}

function attachmentReference(row: AttachmentRow, referrer: NamespacedReferrer, naming: Naming, to: Reference[]): void {
  const { field, path, named } = naming;
  const { referent, implicit } = named;
  const { id, hostnames } = referrer;
  // A default Gateway is named nowhere, so nothing narrows it down.
  const sectionName = implicit ? null : readSectionName(field.at("sectionName"));
  const port = implicit ? null : field.at("port").integerOr(null);
  if (sectionName === UNUSABLE || port === UNUSABLE || hostnames === UNUSABLE) return;
  to.push({
    row: row.id,
    path,
    referent,
    implicit,
    handshake: "attachment",
    referrer: id,
    sectionName,
    port,
    hostnames,
  });
}

function freeReference(
  row: FreeRow,
  { id }: Referrer,
  { field, path, named: { referent } }: Naming,
  to: Reference[],
): void {
  const { reach, missingReason } = row;
  const dropped = reach === "local" ? droppedNamespace(field, referent) : null;
  to.push({
    row: row.id,
    path,
    referent,
    handshake: "none",
    referrer: id,
    reach,
    missingReason,
    droppedNamespace: dropped,
  });
}

function referenceBy(row: CatalogueRow, referrer: Referrer, naming: Naming, around: Around, to: Reference[]): void {
  switch (row.handshake) {
    case "none":
      freeReference(row, referrer, naming, to);
      return;
    case "attachment":
      if (isInNamespace(referrer)) attachmentReference(row, referrer, naming, to);
      return;
    case "grant": {
      if (!isInNamespace(referrer)) return;
      const effect = around.effects(row, naming.field, referrer);
      if (effect !== "none") grantReferences(row, referrer, naming, effect, to);
      return;
    }
    case "foreign-grant":
      return;
  }
}

/** Every reference of an object, in the order of the rows and then of its fields. */
export function referencesOf(referrer: Referrer, { rows, fork }: WalkableRows, around: Around): readonly Reference[] {
  const fields: (Field[] | undefined)[] = [];
  walk(referrer.root, fork, (row, field) => {
    const known = fields[row];
    if (known === undefined) fields[row] = [field];
    else known.push(field);
  });
  const references: Reference[] = [];
  for (const [index, row] of rows.entries()) {
    for (const field of fields[index] ?? NO_FIELDS) {
      const { path } = field;
      for (const named of namedBy(field, referrer.id, row, around)) {
        referenceBy(row, referrer, { field, path, named }, around, references);
      }
    }
  }
  return references;
}

const NO_FIELDS: readonly Field[] = [];

function readHostnames(spec: Field): readonly string[] | Unusable {
  const items = spec.at("hostnames").itemsOr();
  if (items === UNUSABLE) return UNUSABLE;
  const hostnames = items.map((hostname) => hostname.requiredText());
  const readable = hostnames.filter((hostname) => typeof hostname === "string");
  return readable.length === hostnames.length ? readable : UNUSABLE;
}

/** Reads what of a referrer all its references depend on. */
export function readReferrer(id: ObjectId, root: Field, { rows }: WalkableRows): Referrer {
  const parentRow = rows.find(({ handshake }) => handshake === "attachment");
  const spec = root.at("spec");
  const route = routeInfo(id);
  const owner = namespaced(id);
  return {
    id,
    root,
    listeners: isParent(id) ? readListeners(spec) : [],
    scopes: route !== undefined && parentRow !== undefined && owner !== null ? scopesOf(root, owner, parentRow) : null,
    hostnames: route?.hostnames === true ? readHostnames(spec) : null,
  };
}

/** The identity as one in a namespace; null for a cluster-scoped object. */
export function namespaced(id: ObjectId): NamespacedId | null {
  return id.namespace === null ? null : { ...id, namespace: id.namespace };
}
