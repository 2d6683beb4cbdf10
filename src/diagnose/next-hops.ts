import { ENDPOINT_SLICE, GATEWAY_CLASS, NAMESPACE, NETWORK_POLICY, POD, SERVICE } from "../catalogue/kinds.ts";
import { placementOf } from "../catalogue/proxies.ts";
import { gatewayOf } from "../catalogue/status.ts";
import { portAt } from "../catalogue/walk.ts";
import { type AttachmentDecision, type Decision, type GrantDecision, hasVerdict } from "../model/decision.ts";
import { Field, UNUSABLE } from "../model/fields.ts";
import type { Gap } from "../model/gap.ts";
import type { Endpoints, Hop, IngressPolicy, Proxies } from "../model/hop.ts";
import type { Labels } from "../model/labels.ts";
import {
  type GroupKind,
  groupKindKey,
  type KubeObject,
  keyOf,
  type NamespacedId,
  type ObjectId,
  type ObjectKey,
  sameGroupKind,
} from "../model/object.ts";
import type { GrantReference } from "../model/reference.ts";
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { isolation, mayAdmitIn, policiesOn } from "./next-hops-policies.ts";

/** The label by which an EndpointSlice says whose endpoints it holds (Kubernetes API reference, well-known labels). */
const sliceLabels = ({ name }: ObjectId): Labels => new Map([["kubernetes.io/service-name", name]]);

/** A Service that references of one object lead to. */
interface Destination {
  readonly id: NamespacedId;
  readonly references: [GrantReference, ...GrantReference[]];
}

/** A hop without what every hop has. */
type Evidence = Hop extends infer H ? (H extends Hop ? Omit<H, "reference" | "service"> : never) : never;

/** What a look at one destination needs. */
interface Look {
  readonly sight: Sight;
  readonly ofCluster: boolean;
  readonly attachments: readonly AttachmentDecision[];
  /** Takes what hides something; for files, which may well hold no such objects, that says nothing. */
  readonly miss: (groupKind: GroupKind, namespace: string | null, gap: Gap | null) => void;
}

/** The Services that references are permitted to, in the order of the decisions. */
function destinationsOf(decisions: readonly Decision[]): readonly Destination[] {
  const destinations = new Map<ObjectKey, Destination>();
  const permitted = (decision: Decision): decision is GrantDecision =>
    decision.handshake === "grant" && hasVerdict(decision, "permitted");
  for (const { reference } of decisions.filter(permitted)) {
    const { referent } = reference;
    if (!sameGroupKind(referent, SERVICE) || referent.namespace === null) continue;
    const known = destinations.get(keyOf(referent));
    if (known !== undefined) known.references.push(reference);
    else
      destinations.set(keyOf(referent), {
        id: { ...referent, namespace: referent.namespace },
        references: [reference],
      });
  }
  return [...destinations.values()];
}

/** Ports that references name and the Service has not, each once. */
function missingPorts(
  { references }: Destination,
  spec: Field,
  sight: Sight,
): readonly (readonly [GrantReference, Evidence])[] {
  const items = spec.at("ports").itemsOr();
  if (items === UNUSABLE) return [];
  const ports = items.map((item) => item.at("port").integer()).filter((port) => port !== undefined);
  const named = new Map<number, GrantReference>();
  for (const reference of references) {
    const port = portAt(sight.get(reference.referrer)?.body, reference.path);
    if (port !== null && !named.has(port)) named.set(port, reference);
  }
  return [...named]
    .filter(([port]) => !ports.includes(port))
    .map(([port, reference]) => [reference, { hop: "no-such-port", port, ports }] as const);
}

/** What an endpoint is known by: the object behind it, which has one in each slice of its families of addresses. */
function endpointKey(endpoint: Field): string {
  const target = endpoint.at("targetRef");
  const named = [target.at("kind").text(), target.at("name").text()];
  return JSON.stringify(named.includes(undefined) ? endpoint.at("addresses").raw : named);
}

/** An endpoint that does not say whether it is ready is (Kubernetes API reference, EndpointConditions). */
function countEndpoints(slices: readonly KubeObject[]): Endpoints {
  const ready = new Map<string, boolean>();
  for (const { body } of slices) {
    for (const endpoint of Field.silent(body).at("endpoints").items()) {
      const key = endpointKey(endpoint);
      ready.set(key, ready.get(key) === true || endpoint.at("conditions").at("ready").raw !== false);
    }
  }
  return { ready: [...ready.values()].filter(Boolean).length, all: ready.size };
}

/** The endpoints of a Service; null where they were not seen. Files hardly ever hold them. */
function endpointsOf({ id }: Destination, { sight, ofCluster, miss }: Look): Endpoints | null {
  if (!ofCluster) return null;
  const { objects, hidden } = sight.labelled(ENDPOINT_SLICE, id.namespace, sliceLabels(id));
  miss(ENDPOINT_SLICE, id.namespace, hidden);
  return hidden === null ? countEndpoints(objects) : null;
}

/** The body of an object; undefined where it was not seen, or is not there, which is told elsewhere. */
function bodyOf(id: ObjectId, { sight, miss }: Look): Field | undefined {
  const object = sight.get(id);
  if (object !== undefined) return Field.silent(object.body);
  const existence = sight.existence(id);
  if (typeof existence === "object") miss(id, id.namespace, existence);
  return undefined;
}

/** Where the proxies of a Gateway run. */
function proxiesOf(parent: ObjectId, look: Look): Proxies {
  const id = gatewayOf(parent, look.sight);
  const gateway = id === null ? undefined : bodyOf(id, look);
  const name = gateway?.at("spec").at("gatewayClassName").text();
  const gatewayClass = name === undefined ? undefined : bodyOf({ ...GATEWAY_CLASS, namespace: null, name }, look);
  const controller = gatewayClass?.at("spec").at("controllerName").text();
  if (id === null || id.namespace === null || gateway === undefined || controller === undefined) {
    return { run: "unknown", controller: null };
  }
  const run = placementOf(controller, gateway);
  if (run === null) return { run: "unknown", controller };
  return run === "gateway" ? { run, namespace: id.namespace } : { run, controller };
}

/** Where the traffic of a reference comes from: one answer for each parent that may carry it. */
function originsOf({ referrer, scope }: GrantReference, look: Look): readonly Proxies[] {
  if (scope === null || scope.regime === "other") return [{ run: "unknown", controller: null }];
  if (scope.regime === "mesh") return [{ run: "client" }];
  return look.attachments
    .filter(({ reference }) => {
      if (keyOf(reference.referrer) !== keyOf(referrer)) return false;
      const index = reference.path.find((step) => typeof step === "number");
      return index === undefined || scope.parentRefs.includes(index);
    })
    .map(({ reference }) => proxiesOf(reference.referent, look));
}

/** Policies that keep traffic from the Pods of a Service, or may: for each place that it comes from. */
function ofPolicies(
  { id, references }: Destination,
  selector: Labels,
  look: Look,
): readonly (readonly [GrantReference, Evidence])[] {
  const { sight, ofCluster, miss } = look;
  const hidden = sight.hidden(NETWORK_POLICY, id.namespace);
  miss(NETWORK_POLICY, id.namespace, hidden);
  const policies = hidden === null ? policiesOn(id.namespace, selector, sight) : [];
  if (policies.length === 0) return [];
  const origins = new Map<string, readonly [GrantReference, Proxies]>();
  for (const reference of references) {
    for (const proxies of originsOf(reference, look)) {
      const key = JSON.stringify(proxies);
      if (!origins.has(key)) origins.set(key, [reference, proxies]);
    }
  }
  const podsOf = (): readonly Labels[] | null => {
    if (!ofCluster) return null;
    const pods = sight.labelled(POD, id.namespace, selector);
    miss(POD, id.namespace, pods.hidden);
    return pods.hidden === null ? pods.objects.map(({ labels }) => labels) : null;
  };
  const mayAdmit = mayAdmitIn(sight);
  return [...origins.values()].flatMap(([reference, proxies]) => {
    const admits = (policy: IngressPolicy): boolean => {
      if (proxies.run !== "gateway") return policy.admits === "everyone";
      const answer = mayAdmit(policy, proxies.namespace);
      if (typeof answer === "object") miss(NAMESPACE, null, answer);
      return answer !== "no";
    };
    const found = isolation(policies, selector, podsOf, admits);
    const [first, ...others] = found?.policies ?? [];
    if (found === null || first === undefined) return [];
    const { selection } = found;
    return [[reference, { hop: "network-policy", policies: [first, ...others], proxies, selection }] as const];
  });
}

/** What most Services need looked at next is asked for along with the Service: one more turn is one more wait. */
function askAhead({ id }: Destination, { sight, ofCluster }: Look): void {
  if (!ofCluster || sight.existence(id) === "missing") return;
  sight.labelled(ENDPOINT_SLICE, id.namespace, sliceLabels(id));
  sight.hidden(NETWORK_POLICY, id.namespace);
}

/** Everything about one Service, each with the reference that it is told of. */
function hopsTo(destination: Destination, look: Look): readonly (readonly [GrantReference, Evidence])[] {
  const { id, references } = destination;
  const spec = bodyOf(id, look)?.at("spec");
  if (spec === undefined) askAhead(destination, look);
  // The API server takes no Service without a spec, so this one is a stand-in that says nothing of itself.
  if (spec === undefined || !spec.present) return [];
  const [first] = references;
  if (spec.at("type").text() === "ExternalName") {
    return [[first, { hop: "external-name", host: spec.at("externalName").text() ?? null }]];
  }
  const missing = missingPorts(destination, spec, look.sight);
  const endpoints = endpointsOf(destination, look);
  const entries = spec.at("selector").entriesOr();
  if (entries === UNUSABLE) return missing;
  if (entries.length === 0) return [...missing, [first, { hop: "no-selector", endpoints }]];
  const selector = new Map(entries.map(([key, value]) => [key, value.text() ?? ""]));
  return [
    ...missing,
    ...(endpoints?.ready === 0 ? [[first, { hop: "no-ready-endpoints", all: endpoints.all }] as const] : []),
    ...ofPolicies(destination, selector, look),
  ];
}

/**
 * What may keep traffic from the Services that an object refers to with permission: hints, from what nobody has to have read
 * for a verdict. What could not be seen is told at the end, once for each kind and namespace.
 */
export function nextHops(decisions: readonly Decision[], sight: Sight, source: Snapshot["source"]): readonly Hop[] {
  const ofCluster = source === "cluster";
  const attachments = decisions.filter(
    (decision): decision is AttachmentDecision =>
      decision.handshake === "attachment" && decision.outcome.verdict !== "refused",
  );
  const unseen = new Map<string, Hop>();
  const hops = destinationsOf(decisions).flatMap((destination): readonly Hop[] => {
    const { id: service, references } = destination;
    const miss: Look["miss"] = ({ group, kind }, namespace, gap) => {
      if (gap === null || !ofCluster || gap.cause === "not-read") return;
      const key = `${groupKindKey({ group, kind })}/${namespace ?? ""}`;
      if (unseen.has(key)) return;
      unseen.set(key, {
        reference: references[0],
        service,
        hop: "not-looked-at",
        groupKind: { group, kind },
        namespace,
        gap,
      });
    };
    const look: Look = { sight, ofCluster, attachments, miss };
    return hopsTo(destination, look).map(([reference, evidence]): Hop => ({ reference, service, ...evidence }));
  });
  return [...hops, ...unseen.values()];
}
