import { livePairs } from "../catalogue/grants.ts";
import { SERVICE } from "../catalogue/kinds.ts";
import { crossesNamespace, type Decision, hasVerdict } from "../model/decision.ts";
import { Field, UNUSABLE } from "../model/fields.ts";
import type { Finding, OpenEndpoints } from "../model/finding.ts";
import type { Grant } from "../model/grant.ts";
import { inMap } from "../model/kind-map.ts";
import { compareIds, type NamespacedId, sameGroupKind } from "../model/object.ts";
import type { Sight } from "../model/sight.ts";

/** A Service and the grants that open it to another namespace. */
interface OpenService {
  readonly id: NamespacedId;
  readonly grants: Set<Grant>;
}

const serviceId = (namespace: string, name: string): NamespacedId => ({ ...SERVICE, namespace, name });

/** The Services that grants name. One for every name opens only what is in use. */
function* namedServices(grants: readonly Grant[]): Generator<readonly [NamespacedId, Grant]> {
  for (const grant of grants) {
    for (const { to } of livePairs(grant)) {
      const { name } = to.entry;
      if (name === null || !sameGroupKind(to.entry, SERVICE)) continue;
      yield [serviceId(grant.id.namespace, name), grant];
    }
  }
}

/** The Services that references reach by a grant. */
function* reachedServices(decisions: readonly Decision[]): Generator<readonly [NamespacedId, Grant]> {
  for (const decision of decisions) {
    if (decision.handshake !== "grant" || !hasVerdict(decision, "permitted") || !crossesNamespace(decision)) continue;
    const { witness } = decision.outcome;
    const { referent } = decision.reference;
    if (witness.by !== "grant" || referent.namespace === null || !sameGroupKind(referent, SERVICE)) continue;
    for (const { grant } of witness.trials) yield [serviceId(referent.namespace, referent.name), grant];
  }
}

function openServices(grants: readonly Grant[], decisions: readonly Decision[]): readonly OpenService[] {
  const byNamespace = new Map<string, Map<string, OpenService>>();
  const services: OpenService[] = [];
  for (const opened of [namedServices(grants), reachedServices(decisions)]) {
    for (const [id, grant] of opened) {
      const byName = inMap(byNamespace, id.namespace, () => new Map<string, OpenService>());
      const known = byName.get(id.name);
      if (known !== undefined) known.grants.add(grant);
      else {
        const service = { id, grants: new Set([grant]) };
        byName.set(id.name, service);
        services.push(service);
      }
    }
  }
  return services.toSorted((a, b) => compareIds(a.id, b.id));
}

/** Who else than its namespace's Pods may be behind a Service; null where its selector decides, or cannot be read. */
function openEndpoints(body: unknown): OpenEndpoints | null {
  const spec = Field.silent(body).at("spec");
  // The API server takes no Service without ports, so this one is a stand-in that says nothing of itself.
  if (!spec.present) return null;
  const type = spec.at("type").textOr("ClusterIP");
  if (type === "ExternalName") return "external-name";
  const selector = spec.at("selector").entriesOr();
  return type !== UNUSABLE && selector !== UNUSABLE && selector.length === 0 ? "no-selector" : null;
}

/**
 * Services that a grant opens to another namespace and that no selector binds to Pods: whoever can write the endpoints of
 * the one, or the name behind the other, decides where the requests go (CVE-2021-25740). A route that needs no grant
 * (docs/rules.md §2.6) opens nothing. What was not read is no finding.
 */
export function unselectedServices(
  grants: readonly Grant[],
  decisions: readonly Decision[],
  sight: Sight,
): readonly Finding[] {
  return openServices(grants, decisions).flatMap(({ id, grants: opening }): readonly Finding[] => {
    const body = sight.get(id)?.body ?? null;
    const why = body === null ? null : openEndpoints(body);
    const [first, ...others] = [...opening].toSorted((a, b) => compareIds(a.id, b.id));
    if (why === null || first === undefined) return [];
    return [
      {
        code: "service-unselected",
        severity: "warning",
        subject: id,
        service: id,
        why,
        grants: [first, ...others],
      },
    ];
  });
}
