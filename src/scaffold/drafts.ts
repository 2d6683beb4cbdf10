import {
  type GrantDraft,
  grantApiVersion,
  grantBy,
  grantId,
  grantManifest,
  grantName,
  openingFor,
  trustFor,
} from "../catalogue/new-grants.ts";
import { entriesIn, filled, type GrantPair, productsOf } from "../catalogue/products.ts";
import type { GrantDecision } from "../model/decision.ts";
import type { Grant, GrantEntries } from "../model/grant.ts";
import type { JsonObject } from "../model/json.ts";
import { compareText, keyOf, type NamespacedId, type ObjectKey } from "../model/object.ts";
import type { GrantStyle, WrittenGrant } from "../model/scaffold.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { rewrittenGrant } from "./rewritten.ts";

/** Who is to be trusted with what, in each namespace that holds a target. */
export function pairsByNamespace(
  decisions: readonly GrantDecision[],
  anyName: boolean,
): ReadonlyMap<string, readonly GrantPair[]> {
  const pairs = decisions.flatMap(({ reference }) => {
    const { namespace } = reference.referent;
    const opening = openingFor(reference);
    const to = anyName ? { ...opening, name: null } : opening;
    return namespace === null ? [] : trustFor(reference).map((from) => ({ namespace, pair: { from, to } }));
  });
  const byNamespace = Map.groupBy(
    pairs.toSorted((a, b) => compareText(a.namespace, b.namespace)),
    ({ namespace }) => namespace,
  );
  return new Map([...byNamespace].map(([namespace, own]) => [namespace, own.map(({ pair }) => pair)]));
}

/** The fewest grants that were found to say the pairs and nothing else. */
export function draftsOf(pairs: ReadonlyMap<string, readonly GrantPair[]>): readonly GrantDraft[] {
  return [...pairs].flatMap(([namespace, own]) => productsOf(own).map((product) => ({ namespace, ...product })));
}

/** A world that grants are written for. */
export interface Around {
  readonly snapshot: Snapshot;
  /** Every grant of it. */
  readonly grants: readonly Grant[];
}

/** The grant of that identity as it stands, if there is one: it says the same, and what its owner wrote beside that stays. */
function standing(id: NamespacedId, around: Around, apiVersion: string | null): WrittenGrant | null {
  const { snapshot } = around;
  const grant = grantBy(id, around);
  const object = snapshot.objects.get(keyOf(id));
  if (grant === null || object === undefined) return null;
  const entries = filled(entriesIn(grant));
  return entries && rewrittenGrant(grant, object, entries, { apiVersion, source: snapshot.source });
}

/** What a new grant is called, if not after what it says, and what else stands in its metadata. */
interface Labelling {
  readonly name: (draft: GrantDraft) => string;
  readonly metadata: JsonObject;
}

/** Writes drafts as grants, each with a name of its own. */
export function written(
  drafts: readonly GrantDraft[],
  { name, apiVersion, made }: GrantStyle,
  around: Around,
  { name: nameFor, metadata }: Labelling = { name: grantName, metadata: {} },
): readonly WrittenGrant[] {
  const given = new Map<ObjectKey, GrantEntries>(made.map((grant) => [keyOf(grant.id), grant]));
  const all = drafts.map((draft): WrittenGrant => {
    const id = grantId(draft, name ?? nameFor(draft), { ...around, made: given });
    const isMade = given.has(keyOf(id));
    given.set(keyOf(id), draft);
    const there = isMade ? null : standing(id, around, apiVersion);
    if (there !== null) return there;
    const manifest = grantManifest(id, apiVersion ?? grantApiVersion(around.snapshot), draft);
    const full = { ...manifest, metadata: { name: id.name, namespace: id.namespace, ...metadata } };
    return { id, from: draft.from, to: draft.to, manifest: full, rewrites: null };
  });
  return all.toSorted((a, b) => compareText(a.id.namespace, b.id.namespace) || compareText(a.id.name, b.id.name));
}

/** A written grant as what it would be in the world. */
export function asGrant({ id, from, to }: WrittenGrant): Grant {
  return {
    id,
    apiVersion: "",
    from: from.map((entry, index) => ({ index, entry })),
    to: to.map((entry, index) => ({ index, entry })),
    terminating: false,
    rejected: false,
  };
}
