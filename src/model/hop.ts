import type { NonEmpty } from "./decision.ts";
import type { Gap } from "./gap.ts";
import type { LabelSelector } from "./labels.ts";
import type { GroupKind, NamespacedId } from "./object.ts";
import type { GrantReference } from "./reference.ts";

/** Whom a rule of a NetworkPolicy admits. */
export type PolicyPeer =
  /** Pods of the policy's own namespace. */
  | { readonly peer: "pods"; readonly pods: LabelSelector }
  /** Pods of other namespaces; all of them where `pods` is null. */
  | { readonly peer: "namespaces"; readonly namespaces: LabelSelector; readonly pods: LabelSelector | null }
  | { readonly peer: "addresses"; readonly cidr: string };

/** A NetworkPolicy that isolates the Pods that it selects from everybody whom no policy admits. */
export interface IngressPolicy {
  readonly id: NamespacedId;
  readonly selects: LabelSelector;
  /** `everyone` also where a rule cannot be read: nothing is known to be kept away then. */
  readonly admits: "everyone" | readonly PolicyPeer[];
}

/** Where traffic comes from that a reference sends to a Service, as a NetworkPolicy sees it. */
export type Proxies =
  /** From proxies in the namespace of their Gateway. */
  | { readonly run: "gateway"; readonly namespace: string }
  /** From proxies in a namespace of the controller's own, from the nodes, or from outside the cluster. */
  | { readonly run: "own" | "node" | "outside"; readonly controller: string }
  /** From the Pods of a mesh that send the requests. */
  | { readonly run: "client" }
  | { readonly run: "unknown"; readonly controller: string | null };

/** How it is known that NetworkPolicies select what is behind a Service. */
export type Selection =
  /** The Service's selector says it of every Pod (`certain`), or at least does not rule it out. */
  | { readonly by: "selector"; readonly certain: boolean }
  /** The labels of the Pods say it of so many of them. */
  | { readonly by: "pods"; readonly selected: number; readonly all: number };

/** Endpoints of a Service, each counted once. */
export interface Endpoints {
  readonly ready: number;
  readonly all: number;
}

/** What may keep traffic from a Service that a reference is permitted to: a hint with its evidence, never a verdict. */
export type Hop = { readonly reference: GrantReference; readonly service: NamespacedId } & (
  | { readonly hop: "no-such-port"; readonly port: number; readonly ports: readonly number[] }
  | { readonly hop: "external-name"; readonly host: string | null }
  /** Nothing but its endpoints says where requests go; `endpoints` null where they were not seen. */
  | { readonly hop: "no-selector"; readonly endpoints: Endpoints | null }
  /** A Service with a selector has endpoints of which none is ready (`all` counts them), or has none. */
  | { readonly hop: "no-ready-endpoints"; readonly all: number }
  /**
   * NetworkPolicies select Pods behind the Service and admit nothing from the namespace in which the proxies run. Where that is
   * not known, no judgement is made: the policies are named with what they admit.
   */
  | {
      readonly hop: "network-policy";
      readonly policies: NonEmpty<IngressPolicy>;
      readonly proxies: Proxies;
      readonly selection: Selection;
    }
  /** What was not looked at, so that silence is not taken for health. */
  | {
      readonly hop: "not-looked-at";
      readonly groupKind: GroupKind;
      /** null for cluster-scoped kinds. */
      readonly namespace: string | null;
      readonly gap: Gap;
    }
);
