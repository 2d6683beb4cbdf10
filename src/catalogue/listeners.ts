import { type Field, UNUSABLE, type Unusable } from "../model/fields.ts";
import type { LabelRequirement, LabelSelector } from "../model/labels.ts";
import type { Listener, NamespaceAdmission } from "../model/listener.ts";
import type { GroupKind } from "../model/object.ts";
import { GATEWAY_API } from "./kinds.ts";

/** The default of `listeners[].tls.mode`, set by the CRD. */
export const DEFAULT_TLS_MODE = "Terminate";

/** A requirement that selects nothing, for what cannot be read. */
const INVALID: LabelRequirement = { key: "", operator: "invalid", values: [] };

function readRequirement(field: Field): LabelRequirement {
  const key = field.at("key").requiredText();
  const operator = field.at("operator").requiredText();
  const items = field.at("values").itemsOr();
  if (key === UNUSABLE || operator === UNUSABLE) return INVALID;
  const words =
    items === UNUSABLE ? [] : items.map((item) => item.textOr("")).filter((word) => typeof word === "string");
  const broken: LabelRequirement = { key, operator: "invalid", values: words };
  if (items === UNUSABLE || words.length !== items.length) return broken;
  switch (operator) {
    case "In":
    case "NotIn":
      if (words.length > 0) return { key, operator, values: words };
      field.at("values").doubt(`values for ${operator}`);
      return broken;
    case "Exists":
    case "DoesNotExist":
      if (words.length === 0) return { key, operator, values: words };
      field.at("values").doubt(`no values for ${operator}`);
      return broken;
    default:
      field.at("operator").doubt("In, NotIn, Exists or DoesNotExist", JSON.stringify(operator));
      return broken;
  }
}

function readExact([key, field]: readonly [string, Field]): LabelRequirement {
  const value = field.textOr("");
  return value === UNUSABLE ? { ...INVALID, key } : { key, operator: "In", values: [value] };
}

/** Reads a `metav1.LabelSelector`; null where it is missing, which selects nothing. So does what cannot be read. */
export function readSelector(field: Field): LabelSelector | null {
  if (!field.present) return null;
  const exact = field.at("matchLabels").entriesOr();
  const expressions = field.at("matchExpressions").itemsOr();
  return {
    requirements: [
      ...(exact === UNUSABLE ? [INVALID] : exact.map(readExact)),
      ...(expressions === UNUSABLE ? [INVALID] : expressions.map(readRequirement)),
    ],
  };
}

/** Reads `allowedRoutes.namespaces` or `allowedListeners.namespaces`. `None` is a word of the latter only (docs/rules.md §3.2). */
export function readAdmission(namespaces: Field, defaultFrom: "Same" | "None"): NamespaceAdmission {
  const written = namespaces.at("from").textOr(null);
  if (written === UNUSABLE) return { from: "invalid", word: "(unreadable)" };
  const from = written ?? defaultFrom;
  const byDefault = written === null;
  switch (from) {
    case "All":
      return { from };
    case "Same":
      return { from, byDefault };
    case "None":
      if (defaultFrom === "None") return { from, byDefault };
      break;
    case "Selector":
      return { from, selector: readSelector(namespaces.at("selector")) };
    default:
  }
  namespaces.at("from").reject(`All, Same${defaultFrom === "None" ? ", None" : ""} or Selector`, JSON.stringify(from));
  return { from: "invalid", word: from };
}

function readKinds(kinds: Field): readonly GroupKind[] | null | Unusable {
  const items = kinds.itemsOr();
  if (items === UNUSABLE) return UNUSABLE;
  if (items.length === 0) return null;
  return items.flatMap((item) => {
    const kind = item.at("kind").requiredText();
    const group = item.at("group").textOr(GATEWAY_API);
    return kind === UNUSABLE || group === UNUSABLE ? [] : [{ group, kind }];
  });
}

/** A field of a listener as read, or a stand-in where it cannot be: such a listener admits nobody, so it is never looked at. */
function standIn<T>(value: T | Unusable, instead: T): T {
  return value === UNUSABLE ? instead : value;
}

function readListener(field: Field, index: number): Listener {
  const allowed = field.at("allowedRoutes");
  const name = field.at("name").requiredText();
  const port = field.at("port").integerOr(null);
  const protocol = field.at("protocol").requiredText();
  const hostname = field.at("hostname").textOr(null);
  const tlsMode = field.at("tls").at("mode").textOr(DEFAULT_TLS_MODE);
  const kinds = readKinds(allowed.at("kinds"));
  const namespaces = readAdmission(allowed.at("namespaces"), "Same");
  const readable = ![name, port, protocol, hostname, tlsMode, kinds].includes(UNUSABLE);
  return {
    name: standIn(name, "(unreadable)"),
    index,
    port: standIn(port, null),
    protocol: standIn(protocol, ""),
    hostname: standIn(hostname, null) || null,
    tlsMode: standIn(tlsMode, DEFAULT_TLS_MODE),
    kinds: standIn(kinds, null),
    namespaces: readable ? namespaces : { from: "invalid", word: "(unreadable)" },
  };
}

/** Reads `spec.listeners` of a Gateway or ListenerSet, with the CRD's defaults applied. */
export function readListeners(spec: Field): readonly Listener[] {
  return spec.at("listeners").items().map(readListener);
}
