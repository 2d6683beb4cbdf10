import { MOST_ENTRIES } from "../catalogue/grants.ts";
import { GATEWAY_API, REFERENCE_GRANT, SERVICE } from "../catalogue/kinds.ts";
import { OPENED_KINDS } from "../catalogue/referents.ts";
import type { GrantDecision } from "../model/decision.ts";
import type { GrantFrom } from "../model/grant.ts";
import { includesGroupKind, keyOf, type NamespacedId, type ObjectId, sameGroupKind } from "../model/object.ts";
import type { GrantReference } from "../model/reference.ts";
import type { Repair } from "../model/remedy.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Case } from "./trial.ts";

type AddedGrant = Extract<Repair, { readonly repair: "add-grant" }>;

/** Names of objects are DNS subdomains of at most this many characters. */
const LONGEST_NAME = 253;

/** A text made into the name of an object. */
function subdomain(text: string, longest: number): string {
  const labels = text
    .toLowerCase()
    .slice(0, longest)
    .split(".")
    .map((label) => label.replaceAll(/[^a-z0-9-]+/g, "-").replaceAll(/^-+|-+$/g, ""));
  return labels.filter((label) => label !== "").join(".");
}

/** Most grants are for Services: their kind is left out, unless the name begins as if it were of another. */
function needsNoKind(referent: ObjectId): boolean {
  const name = referent.name.toLowerCase();
  const begins = OPENED_KINDS.some(({ kind }) => name.startsWith(`${kind.toLowerCase()}-`));
  return sameGroupKind(referent, SERVICE) && !begins;
}

/** A name that no grant of the namespace has yet. It says whom the grant trusts with what, so that no two that are advised share it. */
function freeName(
  { referrer, referent, trustedAs: [trusted] }: GrantReference,
  namespace: string,
  { objects }: Snapshot,
): NamespacedId {
  const text = [
    referrer.namespace,
    trusted.kind,
    ...(needsNoKind(referent) ? [] : [referent.kind]),
    referent.name,
  ].join("-");
  for (let count = 1; ; count++) {
    const ending = count === 1 ? "" : `-${count}`;
    const name = `${subdomain(text, LONGEST_NAME - ending.length)}${ending}`;
    const id = { ...REFERENCE_GRANT, namespace, name };
    if (!objects.has(keyOf(id))) return id;
  }
}

/** The versions that a grant in a file may be written in, the one to prefer first (docs/rules.md §1.1). */
const VERSIONS = ["v1", "v1beta1"] as const;

/** The version that the cluster serves, or that most grants of the files are written in. */
function versionFor({ snapshot, grants }: Case): string {
  const served = snapshot.served?.find((kind) => sameGroupKind(kind, REFERENCE_GRANT))?.version;
  if (served !== undefined) return served;
  const written = grants.filter(({ id, rejected }) => sameGroupKind(id, REFERENCE_GRANT) && !rejected);
  const count = (version: string): number =>
    written.filter(({ apiVersion }) => apiVersion === `${GATEWAY_API}/${version}`).length;
  return VERSIONS.toSorted((a, b) => count(b) - count(a))[0] ?? VERSIONS[0];
}

/** Can there be grants in the cluster? Of files that is not known, and taken to be so. */
export function servesGrants({ served }: Snapshot): boolean {
  return served === null || includesGroupKind(served, REFERENCE_GRANT);
}

/** The namespaces that a grant has to trust for one reference: the referrer's, or those of what is generated from it. */
function homesOf({ referrer, referent, heldIn }: GrantReference): readonly string[] {
  const away = (heldIn ?? []).filter((home) => home !== referent.namespace);
  return away.length > 0 ? away : [referrer.namespace];
}

/**
 * The least grant that names the referent for one reference; null where none can.
 *
 * @param targetMissing whether the referent is known not to be there
 */
export function addedGrant(on: Case<GrantDecision>, targetMissing: boolean): AddedGrant | null {
  const { reference, outcome } = on.decision;
  const { referent, trustedAs } = reference;
  const { namespace } = referent;
  if (namespace === null) return null;
  const [{ group, kind }] = trustedAs;
  const [first, ...others] = homesOf(reference).map((home): GrantFrom => ({ group, kind, namespace: home }));
  if (first === undefined || others.length >= MOST_ENTRIES) return null;
  const from = [first, ...others] as const;
  const to = { group: referent.group, kind: referent.kind, name: referent.name };
  const id = freeName(reference, namespace, on.snapshot);
  const misplaced = outcome.trials.find(({ failed }) => failed.every((clause) => clause === "grant.namespace"));
  return {
    repair: "add-grant",
    change: {
      change: "create",
      id,
      manifest: {
        apiVersion: `${GATEWAY_API}/${versionFor(on)}`,
        kind: id.kind,
        metadata: { name: id.name, namespace },
        spec: { from: from.map((entry) => ({ ...entry })), to: [to] },
      },
    },
    maker: null,
    id,
    from,
    to,
    misplaced: misplaced === undefined || misplaced.failed.length === 0 ? null : misplaced.grant,
    targetMissing,
  };
}
