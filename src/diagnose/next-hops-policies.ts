import { type Admissions, admissionsOf } from "../catalogue/admission.ts";
import { NETWORK_POLICY } from "../catalogue/kinds.ts";
import { readSelector } from "../catalogue/listeners.ts";
import { Field, UNUSABLE } from "../model/fields.ts";
import type { Gap } from "../model/gap.ts";
import type { IngressPolicy, PolicyPeer, Selection } from "../model/hop.ts";
import { type Labels, NAMESPACE_NAME_LABEL, selects, selectsPartly } from "../model/labels.ts";
import { compareIds, type KubeObject } from "../model/object.ts";
import type { Sight } from "../model/sight.ts";

/** What of `networking.k8s.io/v1` NetworkPolicies decides which Pods are reached (its API reference, NetworkPolicySpec). */

/** null for a peer that cannot be read: it may be anybody. */
function readPeer(field: Field): PolicyPeer | null {
  if (field.at("ipBlock").present) return { peer: "addresses", cidr: field.at("ipBlock").at("cidr").text() ?? "" };
  const namespaces = readSelector(field.at("namespaceSelector"));
  const pods = readSelector(field.at("podSelector"));
  if (namespaces !== null) return { peer: "namespaces", namespaces, pods };
  return pods === null ? null : { peer: "pods", pods };
}

/** Whom the rules admit together: a rule without `from` admits everyone. */
function readRules(rules: readonly Field[]): IngressPolicy["admits"] {
  const admitted: PolicyPeer[] = [];
  for (const rule of rules) {
    const from = rule.at("from").itemsOr();
    if (from === UNUSABLE || from.length === 0) return "everyone";
    for (const peer of from.map(readPeer)) {
      if (peer === null) return "everyone";
      admitted.push(peer);
    }
  }
  return admitted;
}

/** Only a policy with Ingress among its types isolates from what comes in, and that is the default. */
function readPolicy({ id, body }: KubeObject): IngressPolicy | null {
  if (body === null || id.namespace === null) return null;
  const spec = Field.silent(body).at("spec");
  const types = spec.at("policyTypes").itemsOr();
  const rules = spec.at("ingress").itemsOr();
  if (types === UNUSABLE || rules === UNUSABLE) return null;
  if (types.length > 0 && !types.some((type) => type.text() === "Ingress")) return null;
  return {
    id: { ...id, namespace: id.namespace },
    selects: readSelector(spec.at("podSelector")) ?? { requirements: [] },
    admits: readRules(rules),
  };
}

/** The policies of a namespace that may isolate Pods with these labels, in the order of their names. */
export function policiesOn(namespace: string, selector: Labels, sight: Sight): readonly IngressPolicy[] {
  return sight
    .objectsOf(NETWORK_POLICY)
    .filter(({ id }) => id.namespace === namespace)
    .map(readPolicy)
    .filter((policy) => policy !== null)
    .filter((policy) => selectsPartly(policy.selects.requirements, selector) !== "no")
    .toSorted((a, b) => compareIds(a.id, b.id));
}

/** Policies that leave Pods without traffic from somewhere, and how it is known that they select those. */
interface Isolation {
  readonly policies: readonly IngressPolicy[];
  readonly selection: Selection;
}

/**
 * Which policies isolate Pods that a Service selects, where none admits what is asked for; null where none does. Policies add
 * up: a Pod is isolated if one selects it, and reached if one that selects it admits. Pods are looked at only where the
 * Service's selector, which all of them fulfil, does not settle it.
 *
 * @param selecting the policies that the selector does not rule out
 * @param podsOf the labels of the Pods; null where they may not be read, or are not there to be read
 */
export function isolation(
  selecting: readonly IngressPolicy[],
  selector: Labels,
  podsOf: () => readonly Labels[] | null,
  admits: (policy: IngressPolicy) => boolean,
): Isolation | null {
  const certain = selecting.filter(({ selects: { requirements } }) => selectsPartly(requirements, selector) === "yes");
  if (selecting.length === 0 || certain.some(admits)) return null;
  if (certain.length === selecting.length) return { policies: certain, selection: { by: "selector", certain: true } };
  const pods = podsOf();
  if (pods === null) {
    if (selecting.some(admits)) return null;
    return { policies: selecting, selection: { by: "selector", certain: certain.length > 0 } };
  }
  const admitting = new Set(selecting.filter(admits));
  const involved = new Set<IngressPolicy>();
  let selected = 0;
  for (const labels of pods) {
    const own = selecting.filter(({ selects: { requirements } }) => selects(requirements, labels));
    if (own.length === 0 || own.some((policy) => admitting.has(policy))) continue;
    selected += 1;
    for (const policy of own) involved.add(policy);
  }
  if (selected === 0) return null;
  return {
    policies: selecting.filter((policy) => involved.has(policy)),
    selection: { by: "pods", selected, all: pods.length },
  };
}

/** Whether a policy may admit Pods of a namespace; a gap where that cannot be told. */
export type MayAdmit = (policy: IngressPolicy, namespace: string) => "yes" | "no" | Gap;

function mayBe(peer: PolicyPeer, home: string, namespace: string, { admits }: Admissions): "yes" | "no" | Gap {
  switch (peer.peer) {
    // Which addresses Pods have is nowhere said, and the proxies may have any labels.
    case "addresses":
      return "yes";
    case "pods":
      return home === namespace ? "yes" : "no";
    case "namespaces": {
      const byName = selectsPartly(peer.namespaces.requirements, new Map([[NAMESPACE_NAME_LABEL, namespace]]));
      return byName === "unknown" ? admits({ from: "Selector", selector: peer.namespaces }, home, namespace) : byName;
    }
  }
}

/** Prepares to tell what policies admit. Ports are not looked at. */
export function mayAdmitIn(sight: Sight): MayAdmit {
  const admissions = admissionsOf(sight);
  return ({ id, admits }, namespace) => {
    if (admits === "everyone") return "yes";
    const answers = admits.map((peer) => mayBe(peer, id.namespace, namespace, admissions));
    return answers.includes("yes") ? "yes" : (answers.find((answer) => answer !== "no") ?? "no");
  };
}
