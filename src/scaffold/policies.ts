import { MOST_ENTRIES } from "../catalogue/grants.ts";
import { REFERENCE_GRANT } from "../catalogue/kinds.ts";
import { namesGroup, namesKind, namesNamespace } from "../catalogue/names.ts";
import {
  type GrantDraft,
  grantApiVersion,
  grantId,
  grantManifest,
  servesGrants,
  takenIn,
} from "../catalogue/new-grants.ts";
import { type GrantPair, productsOf } from "../catalogue/products.ts";
import type { Grant, GrantEntries, GrantFrom, GrantTo } from "../model/grant.ts";
import type { JsonObject } from "../model/json.ts";
import { type KubeObject, keyOf, sameGroupKind } from "../model/object.ts";
import type { Conversion, WrittenGrant } from "../model/scaffold.ts";
import { ownMetadata } from "./rewritten.ts";
import type { Writing } from "./tighten.ts";

const pairsOf = ({ from, to }: Grant): readonly GrantPair[] =>
  from.flatMap((trusted) => to.map((opened) => ({ from: trusted.entry, to: opened.entry })));

function permits(grant: Grant, { from, to }: GrantPair): boolean {
  return (
    grant.from.some(({ entry }) => sameGroupKind(entry, from) && entry.namespace === from.namespace) &&
    grant.to.some(({ entry }) => sameGroupKind(entry, to) && (entry.name === null || entry.name === to.name))
  );
}

/** Would an API server take the entry (docs/rules.md §1.2)? Files may hold others. */
const isAdmissible = (entry: GrantFrom | GrantTo): boolean =>
  namesGroup(entry.group) && namesKind(entry.kind) && (!("namespace" in entry) || namesNamespace(entry.namespace));

/** The policy without the entries that no API server takes. */
function admissible(policy: Grant): Grant {
  return {
    ...policy,
    from: policy.from.filter(({ entry }) => isAdmissible(entry)),
    to: policy.to.filter(({ entry }) => isAdmissible(entry)),
  };
}

/** All that it says, in its own order where one grant has room for it. */
function productsIn(policy: Grant): readonly GrantEntries[] {
  const [from, ...froms] = policy.from.map(({ entry }) => entry);
  const [to, ...tos] = policy.to.map(({ entry }) => entry);
  if (from === undefined || to === undefined) return [];
  const fits = froms.length < MOST_ENTRIES && tos.length < MOST_ENTRIES;
  return fits ? [{ from: [from, ...froms], to: [to, ...tos] }] : productsOf(pairsOf(policy));
}

/** Labels and annotations are the owner's; who owns or finalizes it is said of the policy alone. */
function metadataFor(object: KubeObject, own: JsonObject): JsonObject {
  const { labels, annotations } = ownMetadata(object);
  return { ...own, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
}

/**
 * Says a ReferencePolicy as ReferenceGrants of the same name, entry for entry: it was renamed, and its schema stayed
 * (docs/rules.md §1.6).
 */
export function converted(written: Grant, { snapshot, object, grants, name, apiVersion, made }: Writing): Conversion {
  const policy = admissible(written);
  const conversion = (result: Conversion["result"], more: Partial<Conversion> = {}): Conversion => ({
    policy,
    object,
    leftOut: written.from.length + written.to.length - policy.from.length - policy.to.length,
    covering: [],
    taken: null,
    grants: [],
    ...more,
    result,
  });
  if (!servesGrants(snapshot)) return conversion("no-grants");
  const products = productsIn(policy);
  if (products.length === 0) return conversion("empty");
  const siblings = grants.filter(
    ({ id, rejected, terminating }) =>
      sameGroupKind(id, REFERENCE_GRANT) && id.namespace === policy.id.namespace && !rejected && !terminating,
  );
  const needed = pairsOf(policy).map((pair) => siblings.filter((grant) => permits(grant, pair)));
  const covering = [...new Set(needed.flatMap(([first]) => first ?? []))];
  if (needed.every(({ length }) => length > 0)) return conversion("covered", { covering });
  const meant = { ...REFERENCE_GRANT, namespace: policy.id.namespace, name: name ?? policy.id.name };
  const own: WrittenGrant[] = [];
  for (const product of products) {
    const draft: GrantDraft = { namespace: policy.id.namespace, ...product };
    const id = grantId(draft, meant.name, takenIn(snapshot, grants, [...made, ...own]));
    const manifest = grantManifest(id, apiVersion ?? grantApiVersion(snapshot), product);
    const metadata = metadataFor(object, { name: id.name, namespace: id.namespace });
    own.push({ id, ...product, manifest: { ...manifest, metadata }, rewrites: null });
  }
  const isOther = snapshot.objects.has(keyOf(meant)) && own.every(({ id }) => id.name !== meant.name);
  const taken = isOther ? meant : null;
  return conversion("converted", { grants: own, taken });
}
