import { Field } from "../model/fields.ts";
import type { Listener } from "../model/listener.ts";
import {
  type FieldPath,
  includesGroupKind,
  type KubeObject,
  keyOf,
  type NamespacedId,
  type ObjectId,
  type ObjectKey,
  sameGroupKind,
} from "../model/object.ts";
import type { Sight } from "../model/sight.ts";
import type { ConditionWord, Statement, StatementSubject } from "../model/status.ts";
import { GATEWAY, GATEWAY_CLASS, isRoute, LISTENER_SETS, OWN_KINDS, X_TELEMETRY_POLICY } from "./kinds.ts";
import { readListeners } from "./listeners.ts";
import { readReferent } from "./referent.ts";
import { rowOf } from "./rows.ts";

/** Tells which controller answers for a Gateway or ListenerSet; null where that cannot be told, and for any other object. */
export type ControllerOf = (parent: ObjectId) => string | null;

/** A status is not for its reader to mend: what is wrongly typed in it is not read. */
const rootOf = (object: KubeObject): Field => Field.silent(object.body);

/** A parentRef or ancestorRef in a status has the form and the defaults of a route's parentRef (docs/rules.md §2.2). */
const PARENT_ROW = rowOf({ row: "HTTPRoute.parentRefs" });

/** The Gateway that a parent is, or is a ListenerSet of; null for any other parent, and where that cannot be told. */
export function gatewayOf(parent: ObjectId, sight: Sight): ObjectId | null {
  if (sameGroupKind(parent, GATEWAY)) return parent;
  const set = includesGroupKind(LISTENER_SETS, parent) ? sight.get(parent) : undefined;
  const named = set && readReferent(rootOf(set).at("spec").at("parentRef"), set.id, PARENT_ROW);
  return named && sameGroupKind(named, GATEWAY) ? named : null;
}

/** A Gateway's status does not name its writer; the `controllerName` of its GatewayClass does (docs/rules.md §4.4). */
function controllersIn(sight: Sight): ControllerOf {
  return (parent) => {
    const id = gatewayOf(parent, sight);
    const gateway = id === null ? undefined : sight.get(id);
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

/** A time as RFC 3339 has it. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** One condition; null for one that no controller wrote: the CRDs give new objects Unknown, Pending (docs/rules.md §4.4). */
function readWord(field: Field, type: ConditionWord["type"]): ConditionWord | null {
  const status = field.at("status").text();
  const reasons = readReasons(field.at("reason"));
  if (!isStatus(status) || (status === "Unknown" && reasons.includes("Pending"))) return null;
  const time = field.at("lastTransitionTime").text() ?? "";
  return {
    type,
    status,
    reasons,
    message: field.at("message").text() ?? "",
    // The API server counts from 1: a controller that writes 0 has not looked.
    observedGeneration: field.at("observedGeneration").integer() || null,
    lastTransitionTime: TIME.test(time) ? time : null,
  };
}

/** The condition of one type in `conditions` of this field. */
function conditionOf(field: Field, type: string): Field | undefined {
  return field
    .at("conditions")
    .items()
    .find((condition) => condition.at("type").text() === type);
}

/** Equal generations mean that the object was seen as it stands, unequal ones that it was not (docs/rules.md §4.4). */
function freshnessOf(observed: number | null, generation: number | null): Statement["freshness"] {
  if (generation === null || observed === null) return "unknown";
  return observed === generation ? "fresh" : "stale";
}

/** What the statements of one object have in common. */
interface Told {
  readonly id: NamespacedId;
  readonly root: Field;
  readonly generation: number | null;
  readonly controllerOf: ControllerOf;
}

/** Who makes a statement. */
type Speaker = Pick<Statement, "controller" | "supersededBy">;

/** The controller of a GatewayClass, speaking of what is its own. */
const own = (controller: string | null): Speaker => ({ controller, supersededBy: null });

/** Who wrote an entry for a parent: it says so itself, whatever class the parent has by now. */
function writerOf(entry: Field, rightful: string | null): Speaker {
  const controller = entry.at("controllerName").text() ?? null;
  return { controller, supersededBy: controller === null || controller === rightful ? null : rightful };
}

/** Which conditions to read at a place, and where the references stand that each speaks of. */
type Topics = Partial<Record<ConditionWord["type"], readonly FieldPath[]>>;

const CONDITION_TYPES: readonly ConditionWord["type"][] = ["Accepted", "ResolvedRefs"];

function statementsAt(
  place: Field,
  { id, generation }: Told,
  subject: StatementSubject,
  speaker: Speaker,
  topics: Topics,
): readonly Statement[] {
  return CONDITION_TYPES.flatMap((type): readonly Statement[] => {
    const fields = topics[type];
    const field = fields && conditionOf(place, type);
    const condition = field && readWord(field, type);
    if (!fields || !field || !condition) return [];
    const freshness = freshnessOf(condition.observedGeneration, generation);
    return [{ object: id, subject, ...speaker, condition, generation, freshness, path: field.path, fields }];
  });
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
function ofParents(told: Told, list: Field, ref: string, topics: Topics): readonly Statement[] {
  return list.items().flatMap((entry) => {
    const parent = readReferent(entry.at(ref), told.id, PARENT_ROW);
    if (parent === null) return [];
    const subject: StatementSubject = {
      about: "parent",
      parent,
      sectionName: entry.at(ref).at("sectionName").text() ?? null,
      port: entry.at(ref).at("port").integer() ?? null,
      rulesLeftOut: leavesRulesOut(entry),
    };
    return statementsAt(entry, told, subject, writerOf(entry, told.controllerOf(parent)), topics);
  });
}

const FRONTEND = ["spec", "tls", "frontend"] as const;

/** Where a Gateway names the authorities for clients of its HTTPS listeners (docs/rules.md §2.4). */
export const CLIENT_AUTHORITIES: readonly FieldPath[] = [FRONTEND];

/** The authorities for clients of an HTTPS listener: those of its port, or else the default (docs/rules.md §2.4). */
function clientAuthorities(spec: Field, port: number | null): FieldPath {
  const ports = spec.at("tls").at("frontend").at("perPort").items();
  const index = port === null ? -1 : ports.findIndex((entry) => entry.at("port").integer() === port);
  return index < 0 ? [...FRONTEND, "default"] : [...FRONTEND, "perPort", index];
}

/** Where a listener stands in its Gateway or ListenerSet. */
export function listenerPath({ index }: Listener): FieldPath {
  return ["spec", "listeners", index];
}

/** The entries of `status.listeners` for listeners that are still there. */
function ofListeners(told: Told, speaker: Speaker): readonly Statement[] {
  const { id, root } = told;
  const listeners = new Map(readListeners(root.at("spec")).map((listener) => [listener.name, listener]));
  return root
    .at("status")
    .at("listeners")
    .items()
    .flatMap((entry) => {
      const listener = listeners.get(entry.at("name").text() ?? "");
      if (listener === undefined) return [];
      const ofItsOwn = listenerPath(listener);
      const asksClients = sameGroupKind(id, GATEWAY) && listener.protocol === "HTTPS";
      const shared = asksClients ? [clientAuthorities(root.at("spec"), listener.port)] : [];
      const subject: StatementSubject = { about: "listener", listener: listener.name };
      return statementsAt(entry, told, subject, speaker, { ResolvedRefs: [ofItsOwn, ...shared] });
    });
}

const OBJECT: StatementSubject = { about: "object" };

/** Where a Gateway names the certificate that it shows to backends (docs/rules.md §2.4). */
export const CLIENT_CERTIFICATE: readonly FieldPath[] = [["spec", "tls", "backend"]];

const GATEWAY_TOPICS: Topics = { ResolvedRefs: CLIENT_CERTIFICATE };
const LISTENER_SET_TOPICS: Topics = { Accepted: [["spec", "parentRef"]] };

/** What a Gateway or ListenerSet is told of itself and of its listeners. */
function ofHolder(told: Told, topics: Topics): readonly Statement[] {
  const speaker = own(told.controllerOf(told.id));
  return [...statementsAt(told.root.at("status"), told, OBJECT, speaker, topics), ...ofListeners(told, speaker)];
}

const ROUTE_TOPICS: Topics = { Accepted: [["spec", "parentRefs"]], ResolvedRefs: [["spec", "rules"]] };
const POLICY_TOPICS: Topics = { ResolvedRefs: [["spec"]] };

/**
 * What controllers say in the status of one object about its references, as far as the object is of a kind whose
 * conditions speak of them (docs/rules.md §4.4). Nothing is judged here.
 */
function statementsOf(object: KubeObject, controllerOf: ControllerOf): readonly Statement[] {
  const { group, kind, namespace, name } = object.id;
  if (namespace === null || object.body === null) return [];
  const id: NamespacedId = { group, kind, namespace, name };
  const root = rootOf(object);
  const status = root.at("status");
  if (!status.present) return [];
  const generation = root.at("metadata").at("generation").integer() ?? null;
  const told: Told = { id, root, generation, controllerOf };
  if (isRoute(id)) return ofParents(told, status.at("parents"), "parentRef", ROUTE_TOPICS);
  if (sameGroupKind(id, GATEWAY)) return ofHolder(told, GATEWAY_TOPICS);
  if (includesGroupKind(LISTENER_SETS, id)) return ofHolder(told, LISTENER_SET_TOPICS);
  // The one policy whose status speaks of a grant (docs/rules.md §2.5).
  if (sameGroupKind(id, X_TELEMETRY_POLICY)) {
    return ofParents(told, status.at("ancestors"), "ancestorRef", POLICY_TOPICS);
  }
  return [];
}

/**
 * Everything that controllers say about references, in an order that only the objects decide.
 *
 * @param wanted the objects whose status is read; null for all
 */
export function statementsIn(sight: Sight, wanted: readonly ObjectId[] | null = null): readonly Statement[] {
  const controllerOf = controllersIn(sight);
  if (wanted !== null) {
    return wanted.flatMap((id) => {
      const object = includesGroupKind(OWN_KINDS, id) ? sight.get(id) : undefined;
      return object === undefined ? [] : statementsOf(object, controllerOf);
    });
  }
  return OWN_KINDS.flatMap((kind) => sight.objectsOf(kind).flatMap((object) => statementsOf(object, controllerOf)));
}

/** What a condition may say by which a listener is of no use, for the time being (docs/rules.md §4.4). */
type Failing = Readonly<Record<string, ConditionWord["status"]>>;

const FAILING_LISTENER: Failing = { Accepted: "False", Programmed: "False", ResolvedRefs: "False", Conflicted: "True" };
const FAILING_HOLDER: Failing = { Accepted: "False", Programmed: "False" };

function fails(place: Field, failing: Failing): boolean {
  return Object.entries(failing).some(([type, status]) => conditionOf(place, type)?.at("status").text() === status);
}

/** What the status says of a listener: that it is of no use, that all it refers to is in order, or neither. */
export type ListenerHealth = "unusable" | "resolved" | null;

/** Tells how a listener of a Gateway or ListenerSet is. */
export type HealthOf = (parent: ObjectId, listener: Listener) => ListenerHealth;

/** Is all in order that a listener refers to, of the generation that stands? */
function isResolved(entry: Field, generation: number | undefined): boolean {
  const condition = conditionOf(entry, "ResolvedRefs");
  if (condition?.at("status").text() !== "True" || generation === undefined) return false;
  return condition.at("observedGeneration").integer() === generation;
}

/** Reads how listeners are. One is of no use either where its Gateway or ListenerSet is not. */
export function healthIn(sight: Sight): HealthOf {
  const known = new Map<ObjectKey, ReadonlyMap<string, ListenerHealth> | "unusable">();
  const fieldsOf = (id: ObjectId): Field => Field.silent(sight.get(id)?.body);
  const read = (id: ObjectId): ReadonlyMap<string, ListenerHealth> | "unusable" => {
    const holders = [id, gatewayOf(id, sight)].filter((holder) => holder !== null).map(fieldsOf);
    if (holders.some((holder) => fails(holder.at("status"), FAILING_HOLDER))) return "unusable";
    const root = fieldsOf(id);
    const generation = root.at("metadata").at("generation").integer();
    const entries = root.at("status").at("listeners").items();
    const healthOf = (entry: Field): ListenerHealth => {
      if (fails(entry, FAILING_LISTENER)) return "unusable";
      return isResolved(entry, generation) ? "resolved" : null;
    };
    return new Map(entries.map((entry) => [entry.at("name").text() ?? "", healthOf(entry)]));
  };
  return (parent, { name }) => {
    const key = keyOf(parent);
    const health = known.get(key) ?? read(parent);
    known.set(key, health);
    return health === "unusable" ? health : (health.get(name) ?? null);
  };
}
