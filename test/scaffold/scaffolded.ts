import type { Decision } from "../../src/model/decision.ts";
import type { GrantFrom, GrantTo } from "../../src/model/grant.ts";
import { formatPath, type NamespacedId } from "../../src/model/object.ts";
import type { Conversion, Granting, ScaffoldRequest, Tightening } from "../../src/model/scaffold.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { convert, scaffold, tighten } from "../../src/scaffolding.ts";
import { GW } from "../harness/world.ts";

/** What is asked for where a test says nothing else: grants for everything that is refused in the world. */
function requestFor({ objects }: Snapshot, more: Partial<ScaffoldRequest>): ScaffoldRequest {
  const referrers = [...objects.values()].map(({ id }) => id);
  const style = { name: null, apiVersion: null, made: [] };
  return {
    objects: referrers,
    all: false,
    anyName: false,
    assumeRefused: false,
    into: null,
    toNamespace: null,
    ...style,
    ...more,
  };
}

/** The answer for a world that was read at once. */
export function grantingIn(snapshot: Snapshot, more: Partial<ScaffoldRequest> = {}): Granting {
  const { answer, needs } = scaffold(snapshot, requestFor(snapshot, more));
  if (needs.length > 0 && snapshot.asked === undefined) throw new Error("a world that was read at once needs no more");
  return answer;
}

const grantId = (namespace: string, name: string, kind = "ReferenceGrant"): NamespacedId => ({
  group: GW,
  kind,
  namespace,
  name,
});

/** A grant of the world made as tight as its use. */
export function tightIn(
  snapshot: Snapshot,
  namespace: string,
  name: string,
  apiVersion: string | null = null,
): Tightening {
  const { answer } = tighten(snapshot, grantId(namespace, name), { name: null, apiVersion, made: [] });
  if (answer === null) throw new Error(`there is no grant ${namespace}/${name}`);
  return answer;
}

/** A ReferencePolicy of the world as grants. */
export function convertedIn(
  snapshot: Snapshot,
  namespace: string,
  name: string,
  style: { readonly name?: string; readonly apiVersion?: string } = {},
): Conversion {
  const { answer } = convert(snapshot, grantId(namespace, name, "ReferencePolicy"), {
    name: null,
    apiVersion: null,
    made: [],
    ...style,
  });
  if (answer === null) throw new Error(`there is no policy ${namespace}/${name}`);
  return answer;
}

const ofGroup = (group: string, usual: string): string => (group === usual ? "" : `.${group}`);
const fromText = ({ group, kind, namespace }: GrantFrom): string => `${kind}${ofGroup(group, GW)} ${namespace}`;
const toText = ({ group, kind, name }: GrantTo): string => `${kind}${ofGroup(group, "")} ${name ?? "*"}`;

/** `HTTPRoute app, GRPCRoute app → Service api`: what entries say. */
export const entriesText = ({ from, to }: { readonly from: readonly GrantFrom[]; readonly to: readonly GrantTo[] }) =>
  `${from.map(fromText).join(", ")} → ${to.map(toText).join(", ")}`;

/** `backend/name: HTTPRoute app → Service api`, for each grant that is printed, in its order. */
export const grantLines = ({ grants }: Pick<Granting | Tightening | Conversion, "grants">): readonly string[] =>
  grants.map(({ id, ...entries }) => `${id.namespace}/${id.name}: ${entriesText(entries)}`);

/** `web rules[0].backendRefs[0]`: the name of the referrer, and the field. */
export const placeOf = ({ reference: { referrer, path } }: Decision): string =>
  `${referrer.name} ${formatPath(path).replace(/^spec\./, "")}`;
