import {
  type GrantDraft,
  grantApiVersion,
  grantId,
  grantManifest,
  grantName,
  openingFor,
  takenIn,
  trustFor,
} from "../catalogue/new-grants.ts";
import { type GrantPair, productsOf } from "../catalogue/products.ts";
import type { GrantDecision } from "../model/decision.ts";
import type { Grant } from "../model/grant.ts";
import { compareText } from "../model/object.ts";
import type { GrantStyle, WrittenGrant } from "../model/scaffold.ts";
import type { Snapshot } from "../model/snapshot.ts";

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

/** Writes drafts as grants, each with a name of its own. */
export function written(
  drafts: readonly GrantDraft[],
  { name, apiVersion, made }: GrantStyle,
  snapshot: Snapshot,
  grants: readonly Grant[],
): readonly WrittenGrant[] {
  const all: WrittenGrant[] = [];
  for (const draft of drafts) {
    const taken = takenIn(snapshot, grants, [...made, ...all]);
    const id = grantId(draft, name ?? grantName(draft), taken);
    const manifest = grantManifest(id, apiVersion ?? grantApiVersion(snapshot), draft);
    all.push({ id, from: draft.from, to: draft.to, manifest, rewrites: null });
  }
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
