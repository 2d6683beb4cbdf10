import { Field } from "../model/fields.ts";
import { type Gap, implementationGaps } from "../model/gap.ts";
import type { Listener } from "../model/listener.ts";
import { type FieldPath, keyOf, type NamespacedId, type ObjectKey, sameGroupKind } from "../model/object.ts";
import type { Sight } from "../model/sight.ts";
import type { Admissions } from "./admission.ts";
import { LISTENER_SETS } from "./kinds.ts";
import { DEFAULT_TLS_MODE, readAdmission, readListeners } from "./listeners.ts";
import { readReferent } from "./referent.ts";
import type { GrantRow } from "./row.ts";
import { ROWS } from "./rows.ts";

/** What the condition of a row looks at, in the object that holds the field. */
export interface Holder {
  readonly id: NamespacedId;
  readonly root: Field;
  readonly listeners: readonly Listener[];
}

/** Whether a field counts as a reference at all; a gap where that cannot be told. */
export type Effect = "certain" | "none" | Gap;

/** Tells whether a field counts, by the condition of its row. */
export type Effects = (row: GrantRow, field: Field, holder: Holder) => Effect;

interface AddedListeners {
  readonly namespace: string;
  readonly listeners: readonly Listener[];
}

interface Around {
  readonly sight: Sight;
  /** The listeners that ListenerSets would add, by the Gateway that they name. */
  readonly setsByGateway: () => ReadonlyMap<ObjectKey, readonly AddedListeners[]>;
  readonly admissions: Admissions;
  readonly gapOf: ReturnType<typeof implementationGaps>;
}

/** The field under a path prefix of `path`, walked again from the root. */
function ancestor(root: Field, path: FieldPath, levels: number): Field {
  let field = root;
  for (const step of path.slice(0, path.length - levels)) {
    const next = typeof step === "number" ? field.items()[step] : field.at(step);
    if (next === undefined) return field;
    field = next;
  }
  return field;
}

/** Do HTTPS listeners on some of these ports use authorities for clients of this Gateway? Its own do. */
function onFrontend({ id, root, listeners }: Holder, isMeant: PortTest, around: Around): Effect {
  const asksClients = ({ protocol, port }: Listener): boolean => protocol === "HTTPS" && isMeant(port);
  if (listeners.some(asksClients)) return "certain";
  const admission = readAdmission(root.at("spec").at("allowedListeners").at("namespaces"), "None");
  if (admission.from === "None") return "none";
  // Whether those of a ListenerSet do, nothing says; implementations look at them, with the Gateway's own grants (§2.4).
  const answers = (around.setsByGateway().get(keyOf(id)) ?? [])
    .filter(({ listeners }) => listeners.some(asksClients))
    .map(({ namespace }) => around.admissions.admits(admission, id.namespace, namespace));
  if (answers.includes("yes")) return around.gapOf(id, FRONTEND_OF_SETS);
  const unsure = answers.find((answer) => typeof answer === "object");
  if (unsure !== undefined) return unsure;
  const from = admission.from === "Same" ? id.namespace : null;
  return LISTENER_SETS.map((kind) => around.sight.hidden(kind, from)).find((gap) => gap !== null) ?? "none";
}

type PortTest = (port: number | null) => boolean;

const FRONTEND_OF_SETS =
  "whether authorities in a Gateway's tls.frontend hold for HTTPS listeners of its ListenerSets is the implementation's to say";

function effectOf(row: GrantRow, field: Field, holder: Holder, around: Around): Effect {
  const { root } = holder;
  switch (row.condition) {
    case "always":
      return "certain";
    case "tls-terminates": {
      // The field stands under spec.listeners[i].tls.
      const mode = ancestor(root, field.path, field.path.length - 4).at("mode");
      return mode.textOr(DEFAULT_TLS_MODE) === "Passthrough" ? "none" : "certain";
    }
    case "https-port": {
      // spec.tls.frontend.perPort[i].tls.validation.caCertificateRefs[j]: four levels up is the perPort entry.
      const port = ancestor(root, field.path, 4).at("port").integer();
      return port === undefined ? "none" : onFrontend(holder, (other) => other === port, around);
    }
    case "https-default": {
      const ownPorts = root.at("spec").at("tls").at("frontend").at("perPort").items();
      const overridden = ownPorts.map((entry) => entry.at("port").integer());
      return onFrontend(holder, (port) => port === null || !overridden.includes(port), around);
    }
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function setsByGateway(sight: Sight): ReadonlyMap<ObjectKey, readonly AddedListeners[]> {
  const sets = new Map<ObjectKey, AddedListeners[]>();
  for (const { id, body } of LISTENER_SETS.flatMap((kind) => sight.objectsOf(kind))) {
    const row = ROWS.find(({ from, handshake }) => handshake === "attachment" && sameGroupKind(from, id));
    const spec = Field.silent(body).at("spec");
    const gateway = row === undefined ? null : readReferent(spec.at("parentRef"), id, row);
    if (gateway === null || id.namespace === null) continue;
    const added = { namespace: id.namespace, listeners: readListeners(spec) };
    const known = sets.get(keyOf(gateway));
    if (known === undefined) sets.set(keyOf(gateway), [added]);
    else known.push(added);
  }
  return sets;
}

/** Prepares to tell what counts in a world: whether some fields do depends on other objects. */
export function effectsIn(sight: Sight, admissions: Admissions): Effects {
  const around: Around = {
    sight,
    admissions,
    setsByGateway: once(() => setsByGateway(sight)),
    gapOf: implementationGaps(),
  };
  return (row, field, holder) => effectOf(row, field, holder, around);
}
