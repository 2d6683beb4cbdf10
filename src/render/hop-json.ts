import type { Hop, IngressPolicy, PolicyPeer } from "../model/hop.ts";
import type { LabelRequirement } from "../model/labels.ts";
import { formatPath } from "../model/object.ts";
import { gapJson, idJson } from "./finding-json.ts";
import { hopText } from "./hop-prose.ts";

/** Next hops as plain data, in the shape of docs/schema/why-denied.schema.json. */

const selectorJson = ({ requirements }: { readonly requirements: readonly LabelRequirement[] }): object =>
  requirements.map(({ key, operator, values }) => ({ key, operator, values }));

function peerJson(peer: PolicyPeer): object {
  switch (peer.peer) {
    case "pods":
      return { peer: peer.peer, namespaces: null, pods: selectorJson(peer.pods), cidr: null };
    case "namespaces": {
      const pods = peer.pods === null ? null : selectorJson(peer.pods);
      return { peer: peer.peer, namespaces: selectorJson(peer.namespaces), pods, cidr: null };
    }
    case "addresses":
      return { peer: peer.peer, namespaces: null, pods: null, cidr: peer.cidr };
  }
}

const policyJson = ({ id, selects, admits }: IngressPolicy): object => ({
  object: idJson(id),
  selects: selectorJson(selects),
  admits: admits === "everyone" ? null : admits.map(peerJson),
});

function detailsJson(hop: Hop): object {
  switch (hop.hop) {
    case "no-such-port":
      return { port: hop.port, ports: hop.ports };
    case "external-name":
      return { host: hop.host };
    case "no-selector":
      return { endpoints: hop.endpoints };
    case "no-ready-endpoints":
      return { endpoints: { ready: 0, all: hop.all } };
    case "network-policy":
      return { proxies: hop.proxies, selection: hop.selection, policies: hop.policies.map(policyJson) };
    case "not-looked-at": {
      const { group, kind } = hop.groupKind;
      return { group, kind, namespace: hop.namespace, gap: gapJson(hop.gap) };
    }
  }
}

/** One hint, in words and as data. */
export function hopJson(hop: Hop): object {
  const { message, command } = hopText(hop);
  return {
    hop: hop.hop,
    path: formatPath(hop.reference.path),
    service: idJson(hop.service),
    message,
    command,
    details: detailsJson(hop),
  };
}
