import type { NonEmpty } from "./decision.ts";
import type { Gap } from "./gap.ts";
import type { GroupKind, NamespacedId } from "./object.ts";
import type { GrantReference } from "./reference.ts";

/**
 * What may keep traffic from a Service that a reference is permitted to: a hint with its evidence, never a verdict
 * (docs/rules.md has no say in it).
 */
export type Hop = { readonly reference: GrantReference; readonly service: NamespacedId } & (
  | { readonly hop: "no-such-port"; readonly port: number; readonly ports: readonly number[] }
  | { readonly hop: "external-name"; readonly host: string }
  | { readonly hop: "no-selector" }
  /** None of the endpoints is ready; `all` counts those that are not. */
  | { readonly hop: "no-ready-endpoints"; readonly all: number }
  /**
   * NetworkPolicies that select pods behind the Service and admit nothing from where the proxies run; where that is not known
   * (`proxies` null) no judgement is made, and the policies are only named.
   */
  | {
      readonly hop: "network-policy";
      readonly policies: NonEmpty<NamespacedId>;
      readonly proxies: string | null;
      /** Whether the policies were held against the labels of the pods, or of the Service's selector only. */
      readonly byPods: boolean;
    }
  /** What was not looked at, so that silence is not taken for health. */
  | { readonly hop: "not-looked-at"; readonly kinds: NonEmpty<GroupKind>; readonly gap: Gap }
);
