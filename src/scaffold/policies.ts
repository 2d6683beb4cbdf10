import { MOST_ENTRIES } from "../catalogue/grants.ts";
import { REFERENCE_GRANT } from "../catalogue/kinds.ts";
import { isAdmissible, servesGrants } from "../catalogue/new-grants.ts";
import { coversPair, entriesIn, filled, type GrantPair, pairsIn, productsOf } from "../catalogue/products.ts";
import { Field } from "../model/fields.ts";
import type { EntryRef } from "../model/finding.ts";
import type { Grant, GrantEntries } from "../model/grant.ts";
import type { JsonObject } from "../model/json.ts";
import { type KubeObject, keyOf, sameGroupKind } from "../model/object.ts";
import type { Conversion } from "../model/scaffold.ts";
import { written } from "./drafts.ts";
import { ownMetadata } from "./rewritten.ts";
import type { Writing } from "./tighten.ts";

const pairsOf = (grant: Grant): readonly GrantPair[] => pairsIn(entriesIn(grant));

const permits = (grant: Grant, pair: GrantPair): boolean => pairsOf(grant).some((own) => coversPair(own, pair));

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
  const entries = filled(entriesIn(policy));
  if (entries === null) return [];
  const fits = entries.from.length <= MOST_ENTRIES && entries.to.length <= MOST_ENTRIES;
  return fits ? [entries] : productsOf(pairsOf(policy));
}

/** Labels and annotations are the owner's; who owns or finalizes it is said of the policy alone. */
function metadataFor(object: KubeObject): JsonObject {
  const { labels, annotations } = ownMetadata(object, "cluster");
  return { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
}

/** The entries of an object that are not among those of a grant. */
function leftOut({ body }: KubeObject, kept: Grant): readonly EntryRef[] {
  const spec = Field.silent(body).at("spec");
  const lists = ["from", "to"] as const;
  return lists.flatMap((list) =>
    spec
      .at(list)
      .items()
      .flatMap((_, index) => (kept[list].some((entry) => entry.index === index) ? [] : [{ list, index }])),
  );
}

/**
 * Says a ReferencePolicy as ReferenceGrants of the same name, entry for entry: it was renamed, and its schema stayed
 * (docs/rules.md §1.6).
 */
export function converted(asWritten: Grant, { snapshot, object, grants, ...style }: Writing): Conversion {
  const policy = admissible(asWritten);
  const conversion = (result: Conversion["result"], more: Partial<Conversion> = {}): Conversion => ({
    policy,
    object,
    leftOut: leftOut(object, policy),
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
  const { namespace, name } = policy.id;
  const own = written(
    products.map((product) => ({ namespace, ...product })),
    style,
    { snapshot, grants },
    { name: () => name, metadata: metadataFor(object) },
  );
  const meant = { ...REFERENCE_GRANT, namespace, name: style.name ?? name };
  const isOther = snapshot.objects.has(keyOf(meant)) && own.every(({ id }) => id.name !== meant.name);
  return conversion("converted", { grants: own, taken: isOther ? meant : null });
}
