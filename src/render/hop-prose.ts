import { ENDPOINT_SLICE, NETWORK_POLICY, POD, SERVICE } from "../catalogue/kinds.ts";
import { kindInfo } from "../catalogue/known.ts";
import type { Endpoints, Hop, IngressPolicy, PolicyPeer, Proxies, Selection } from "../model/hop.ts";
import type { LabelSelector } from "../model/labels.ts";
import { includesGroupKind, type NamespacedId, sameGroupKind } from "../model/object.ts";
import { shellWord } from "./shell-word.ts";
import { nameOf, requirementText } from "./terms.ts";
import { listed, plural } from "./text.ts";

/** What is said of what may keep traffic away. Nothing here is cleaned for a terminal: what prints it does that. */

/** A sentence, and the command that shows the evidence; null where none does. */
export interface HopText {
  readonly message: string;
  readonly command: string | null;
}

type Told<H extends Hop["hop"]> = Extract<Hop, { readonly hop: H }>;

const command = (...words: readonly string[]): string => ["kubectl", ...words.map(shellWord)].join(" ");

const serviceCommand = ({ namespace, name }: NamespacedId): string =>
  command("get", "service", name, "-n", namespace, "-o", "wide");

const slicesCommand = ({ namespace, name }: NamespacedId): string =>
  command("get", "endpointslices", "-n", namespace, "-l", `kubernetes.io/service-name=${name}`);

function portText({ service, port, ports }: Told<"no-such-port">): string {
  const those = ports.length === 0 ? "it has none" : `it has ${listed(ports.map(String))}`;
  return `${nameOf(service)} has no port ${port}: ${those}`;
}

function unselectedText(service: NamespacedId, endpoints: Endpoints | null): string {
  const none = `${nameOf(service)} has no selector`;
  if (endpoints === null) return `${none}: requests go to the endpoints that somebody else writes for it`;
  if (endpoints.all === 0) return `${none}, and nobody has written endpoints for it`;
  if (endpoints.ready === 0) {
    return `${none}, and none of the endpoints written for it is ready (${endpoints.all})`;
  }
  return `${none}: requests go to ${plural(endpoints.ready, "endpoint")} that somebody else wrote for it`;
}

function unreadyText(service: NamespacedId, all: number): string {
  if (all === 0) return `${nameOf(service)} has no endpoints: does its selector match the labels of any Pod?`;
  return all === 1
    ? `the one endpoint of ${nameOf(service)} is not ready`
    : `none of the ${all} endpoints of ${nameOf(service)} is ready`;
}

/** Objects with the labels of a selector, which takes all of them where it asks for nothing. */
function labelledText(many: string, { requirements }: LabelSelector): string {
  return requirements.length === 0 ? `all ${many}` : `${many} labelled ${requirements.map(requirementText).join(",")}`;
}

function peerText(peer: PolicyPeer): string {
  switch (peer.peer) {
    case "addresses":
      return `addresses in ${peer.cidr}`;
    case "pods":
      return `${labelledText("Pods", peer.pods)} of its own namespace`;
    case "namespaces": {
      const pods = peer.pods === null ? "" : `${labelledText("Pods", peer.pods)} in `;
      return `${pods}${labelledText("namespaces", peer.namespaces)}`;
    }
  }
}

function admittedText({ admits }: IngressPolicy): string {
  if (admits === "everyone") return "everyone";
  return admits.length === 0 ? "nothing" : listed(admits.map(peerText));
}

/** What policies do with the Pods of a Service: the subject with its verb, for one policy and for several. */
function selectionText(selection: Selection, many: boolean, service: NamespacedId): string {
  const pods = `Pods behind ${nameOf(service)}`;
  switch (selection.by) {
    case "selector":
      return selection.certain ? `${many ? "select" : "selects"} the ${pods}` : `may select ${pods}`;
    case "pods": {
      const which =
        selection.selected === selection.all ? `the ${pods}` : `${selection.selected} of the ${selection.all} ${pods}`;
      return `${many ? "select" : "selects"} ${which}`;
    }
  }
}

/** Where requests come from that a policy is not known to admit. */
function originText(proxies: Exclude<Proxies, { readonly run: "gateway" }>): string {
  switch (proxies.run) {
    case "own":
      return `by default the proxies of controller ${proxies.controller} run in its own namespace, and no object says which that is`;
    case "node":
      return `the proxies of controller ${proxies.controller} run on the nodes, where they are no Pods to a NetworkPolicy`;
    case "outside":
      return `the proxies of controller ${proxies.controller} run outside the cluster`;
    case "client":
      return "requests come from the Pods of the mesh that send them";
    case "unknown":
      return proxies.controller === null
        ? "where the proxies run is not known"
        : `where the proxies of controller ${proxies.controller} run is not known`;
  }
}

function policyText({ service, policies, proxies, selection }: Told<"network-policy">): string {
  const many = policies.length > 1;
  const kind = many ? "NetworkPolicies" : "NetworkPolicy";
  const does = selectionText(selection, many, service);
  if (proxies.run === "gateway") {
    const names = listed(policies.map(({ id }) => id.name));
    const none = many ? "none of them admits" : "admits nothing";
    const what = many ? "anything from" : "from";
    return `${kind} ${names} ${does}, and ${none} ${what} namespace ${proxies.namespace}, where the proxies of the Gateway run`;
  }
  const names = listed(policies.map((policy) => `${policy.id.name} (admits ${admittedText(policy)})`));
  return `${kind} ${names} ${does}, and keep${many ? "" : "s"} others away: ${originText(proxies)}`;
}

/** What is not known where a kind was not looked at. */
function unknownText({ groupKind, namespace, service }: Told<"not-looked-at">): string {
  if (sameGroupKind(groupKind, SERVICE)) return `what ports and endpoints ${nameOf(service)} has`;
  if (sameGroupKind(groupKind, ENDPOINT_SLICE))
    return `whether Services of namespace ${namespace} have ready endpoints`;
  if (sameGroupKind(groupKind, NETWORK_POLICY)) {
    return `whether NetworkPolicies of namespace ${namespace} keep requests away`;
  }
  if (sameGroupKind(groupKind, POD)) return `which Pods of namespace ${namespace} its NetworkPolicies select`;
  return "whether NetworkPolicies admit the proxies of the Gateway";
}

/** Kinds of which lists are looked at; of others it is one object. */
const LISTED = [ENDPOINT_SLICE, NETWORK_POLICY, POD];

function unseenText(hop: Told<"not-looked-at">): HopText {
  const { groupKind, namespace, gap } = hop;
  const resources = kindInfo(groupKind)?.plural ?? groupKind.kind.toLowerCase();
  const resource = groupKind.group === "" ? resources : `${resources}.${groupKind.group}`;
  const where = namespace === null ? [] : ["-n", namespace];
  const verb = includesGroupKind(LISTED, groupKind) ? "list" : "get";
  return {
    message: `${unknownText(hop)} is not known: ${gap.detail}`,
    command: gap.cause === "forbidden" ? command("auth", "can-i", verb, resource, ...where) : null,
  };
}

/** A hop as one sentence, and the command that shows what it is told from. */
export function hopText(hop: Hop): HopText {
  const { service } = hop;
  switch (hop.hop) {
    case "no-such-port":
      return { message: portText(hop), command: serviceCommand(service) };
    case "external-name": {
      const host = hop.host === null ? "" : ` (${hop.host})`;
      const message = `${nameOf(service)} is of type ExternalName${host}, which implementations should not forward to`;
      return { message, command: serviceCommand(service) };
    }
    case "no-selector":
      return { message: unselectedText(service, hop.endpoints), command: slicesCommand(service) };
    case "no-ready-endpoints":
      return { message: unreadyText(service, hop.all), command: slicesCommand(service) };
    case "network-policy": {
      const names = hop.policies.map(({ id }) => id.name);
      const shown = command("describe", "networkpolicies", ...names, "-n", service.namespace);
      return { message: policyText(hop), command: shown };
    }
    case "not-looked-at":
      return unseenText(hop);
  }
}
