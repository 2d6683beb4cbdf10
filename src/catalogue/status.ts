import { Field, type ProblemSink } from "../model/fields.ts";
import {
  compareIds,
  type FieldPath,
  type GroupKind,
  includesGroupKind,
  type KubeObject,
  type NamespacedId,
  type ObjectId,
  sameGroupKind,
} from "../model/object.ts";
import type { Sight } from "../model/snapshot.ts";
import type { ConditionWord, Statement, StatementSubject } from "../model/status.ts";
import { GATEWAY, GATEWAY_API_X, GATEWAY_CLASS, isRoute, LISTENER_SETS, OWN_KINDS } from "./kinds.ts";
import { readListeners } from "./listeners.ts";
import { namesGroup, namesKind, namesNamespace, namesObject } from "./names.ts";

/** Tells which controller answers for a Gateway; null where that cannot be told. */
export type ControllerOf = (gateway: ObjectId) => string | null;

/** The one policy whose status speaks of a grant (docs/rules.md §2.5). */
const X_TELEMETRY_POLICY: GroupKind = { group: GATEWAY_API_X, kind: "XTelemetryPolicy" };

/** A status is not for its reader to mend: what is wrongly typed in it is not read. */
const ignoreProblems: ProblemSink = () => undefined;

const rootOf = (object: KubeObject): Field => Field.root(object.body, ignoreProblems);

/** A Gateway's status does not name its writer; the `controllerName` of its GatewayClass does (docs/rules.md §4.4). */
export function controllersIn(sight: Sight): ControllerOf {
  return (id) => {
    const gateway = sight.get(id);
    const name = gateway && rootOf(gateway).at("spec").at("gatewayClassName").text();
    if (name === undefined) return null;
    const gatewayClass = sight.get({ ...GATEWAY_CLASS, namespace: null, name });
    return (gatewayClass && rootOf(gatewayClass).at("spec").at("controllerName").text()) ?? null;
  };
}

function isStatus(text: string | undefined): text is ConditionWord["status"] {
  return text === "True" || text === "False" || text === "Unknown";
}

/** Some controllers join the reasons of several references with commas, and repeat them. */
function readReasons(field: Field): readonly string[] {
  const words = (field.text() ?? "").split(",").map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ""))];
}

/** One condition; null for one that no controller wrote: the CRDs give new objects Unknown, Pending (docs/rules.md §4.4). */
function readWord(field: Field, type: ConditionWord["type"]): ConditionWord | null {
  const status = field.at("status").text();
  const reasons = readReasons(field.at("reason"));
  if (!isStatus(status) || (status === "Unknown" && reasons.includes("Pending"))) return null;
  return {
    type,
    status,
    reasons,
    message: field.at("message").text() ?? "",
    observedGeneration: field.at("observedGeneration").integer() ?? null,
    lastTransitionTime: field.at("lastTransitionTime").text() ?? null,
  };
}

/** The condition of one type in `conditions` of this field. */
function conditionOf(field: Field, type: string): Field | undefined {
  return field
    .at("conditions")
    .items()
    .find((condition) => condition.at("type").text() === type);
}

/** Equal generations mean that the object was seen as it stands, any others that it was not (docs/rules.md §4.4). */
function freshnessOf(observed: number | null, generation: number | null): Statement["freshness"] {
  if (generation === null) return "unknown";
  return observed === generation ? "fresh" : "stale";
}

/** What the statements of one object have in common. */
interface Speaker {
  readonly id: NamespacedId;
  readonly root: Field;
  readonly generation: number | null;
}

/** Which conditions to read at a place, and where the references stand that each speaks of. */
type Topics = Partial<Record<ConditionWord["type"], readonly FieldPath[]>>;

const CONDITION_TYPES: readonly ConditionWord["type"][] = ["Accepted", "ResolvedRefs"];

function statementsAt(
  place: Field,
  { id, generation }: Speaker,
  subject: StatementSubject,
  controller: string | null,
  topics: Topics,
): readonly Statement[] {
  return CONDITION_TYPES.flatMap((type): readonly Statement[] => {
    const fields = topics[type];
    const field = fields && conditionOf(place, type);
    const condition = field && readWord(field, type);
    if (!fields || !field || !condition) return [];
    const freshness = freshnessOf(condition.observedGeneration, generation);
    return [{ object: id, subject, controller, condition, generation, freshness, path: field.path, fields }];
  });
}

/** The object that a parentRef or ancestorRef names; null where it cannot be one. `group: ""` is core (docs/rules.md §2.2). */
function readParent(field: Field, namespace: string): ObjectId | null {
  const group = field.at("group").textOr(GATEWAY.group);
  const kind = field.at("kind").textOr(GATEWAY.kind);
  const name = field.at("name").requiredText();
  const written = field.at("namespace").textOr(namespace);
  if (typeof group !== "string" || typeof kind !== "string" || typeof name !== "string") return null;
  if (typeof written !== "string" || !namesGroup(group) || !namesKind(kind)) return null;
  return namesObject(name) && namesNamespace(written) ? { group, kind, namespace: written, name } : null;
}

/** Reasons of Accepted=False for which a controller need not have looked at what the rules refer to. */
const RULES_REJECTED: readonly string[] = ["UnsupportedValue", "IncompatibleFilters"];

function leavesRulesOut(entry: Field): boolean {
  if (conditionOf(entry, "PartiallyInvalid")?.at("status").text() === "True") return true;
  const accepted = conditionOf(entry, "Accepted");
  if (accepted?.at("status").text() !== "False") return false;
  return readReasons(accepted.at("reason")).some((reason) => RULES_REJECTED.includes(reason));
}

/** The entries of `status.parents` or `status.ancestors`: one for each parent and controller. */
function ofParents(speaker: Speaker, list: Field, ref: string, topics: Topics): readonly Statement[] {
  return list.items().flatMap((entry) => {
    const parent = readParent(entry.at(ref), speaker.id.namespace);
    if (parent === null) return [];
    const subject: StatementSubject = {
      about: "parent",
      parent,
      sectionName: entry.at(ref).at("sectionName").text() ?? null,
      port: entry.at(ref).at("port").integer() ?? null,
      rulesLeftOut: leavesRulesOut(entry),
    };
    return statementsAt(entry, speaker, subject, entry.at("controllerName").text() ?? null, topics);
  });
}

const FRONTEND = ["spec", "tls", "frontend"] as const;

/** The authorities for clients of an HTTPS listener: those of its port, or else the default (docs/rules.md §2.4). */
function clientAuthorities(spec: Field, port: number | null): FieldPath {
  const ports = spec.at("tls").at("frontend").at("perPort").items();
  const index = port === null ? -1 : ports.findIndex((entry) => entry.at("port").integer() === port);
  return index < 0 ? [...FRONTEND, "default"] : [...FRONTEND, "perPort", index];
}

/** The entries of `status.listeners` for listeners that are still there. */
function ofListeners(speaker: Speaker, controller: string | null): readonly Statement[] {
  const { id, root } = speaker;
  const listeners = new Map(readListeners(root.at("spec")).map((listener) => [listener.name, listener]));
  return root
    .at("status")
    .at("listeners")
    .items()
    .flatMap((entry) => {
      const listener = listeners.get(entry.at("name").text() ?? "");
      if (listener === undefined) return [];
      const own: FieldPath = ["spec", "listeners", listener.index];
      const asksClients = sameGroupKind(id, GATEWAY) && listener.protocol === "HTTPS";
      const shared = asksClients ? [clientAuthorities(root.at("spec"), listener.port)] : [];
      const subject: StatementSubject = { about: "listener", listener: listener.name };
      return statementsAt(entry, speaker, subject, controller, { ResolvedRefs: [own, ...shared] });
    });
}

const OBJECT: StatementSubject = { about: "object" };

/** Where a Gateway names the certificate that it shows to backends (docs/rules.md §2.4). */
const CLIENT_CERTIFICATE: readonly FieldPath[] = [["spec", "tls", "backend"]];

function ofGateway(speaker: Speaker, controller: string | null): readonly Statement[] {
  const status = speaker.root.at("status");
  return [
    ...statementsAt(status, speaker, OBJECT, controller, { ResolvedRefs: CLIENT_CERTIFICATE }),
    ...ofListeners(speaker, controller),
  ];
}

function ofListenerSet(speaker: Speaker, controllerOf: ControllerOf): readonly Statement[] {
  const { id, root } = speaker;
  const gateway = readParent(root.at("spec").at("parentRef"), id.namespace);
  const controller = gateway && controllerOf(gateway);
  return [
    ...statementsAt(root.at("status"), speaker, OBJECT, controller, { Accepted: [["spec", "parentRef"]] }),
    ...ofListeners(speaker, controller),
  ];
}

const ROUTE_TOPICS: Topics = { Accepted: [["spec", "parentRefs"]], ResolvedRefs: [["spec", "rules"]] };
const POLICY_TOPICS: Topics = { ResolvedRefs: [["spec"]] };

/**
 * What controllers say in the status of one object about its references, as far as the object is of a kind whose
 * conditions speak of them (docs/rules.md §4.4). Nothing is judged here.
 */
export function statementsOf(object: KubeObject, controllerOf: ControllerOf): readonly Statement[] {
  const { group, kind, namespace, name } = object.id;
  if (namespace === null || object.body === null) return [];
  const id: NamespacedId = { group, kind, namespace, name };
  const root = rootOf(object);
  const generation = root.at("metadata").at("generation").integer() ?? null;
  const speaker: Speaker = { id, root, generation };
  const status = root.at("status");
  if (isRoute(id)) return ofParents(speaker, status.at("parents"), "parentRef", ROUTE_TOPICS);
  if (sameGroupKind(id, GATEWAY)) return ofGateway(speaker, controllerOf(id));
  if (includesGroupKind(LISTENER_SETS, id)) return ofListenerSet(speaker, controllerOf);
  if (sameGroupKind(id, X_TELEMETRY_POLICY)) {
    return ofParents(speaker, status.at("ancestors"), "ancestorRef", POLICY_TOPICS);
  }
  return [];
}

/** Everything that controllers say about references, in an order that only the objects decide. */
export function statementsIn(sight: Sight): readonly Statement[] {
  const controllerOf = controllersIn(sight);
  return OWN_KINDS.flatMap((kind) =>
    sight
      .objectsOf(kind)
      .toSorted((a, b) => compareIds(a.id, b.id))
      .flatMap((object) => statementsOf(object, controllerOf)),
  );
}
