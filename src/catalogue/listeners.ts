import type { Field } from "../model/fields.ts";
import type { LabelRequirement, LabelSelector } from "../model/labels.ts";
import type { Listener, NamespaceAdmission } from "../model/listener.ts";
import type { GroupKind } from "../model/object.ts";
import { GATEWAY_API } from "./kinds.ts";

/** The default of `listeners[].tls.mode`, set by the CRD. */
const DEFAULT_TLS_MODE = "Terminate";

function readRequirement(field: Field): LabelRequirement {
  const key = field.at("key").requiredText() ?? "";
  const operator = field.at("operator").requiredText();
  const values = field
    .at("values")
    .items()
    .flatMap((value) => value.text() ?? []);
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) field.at("values").reject(`values for ${operator}`);
      return { key, operator: values.length === 0 ? "invalid" : operator, values };
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) field.at("values").reject(`no values for ${operator}`);
      return { key, operator: values.length > 0 ? "invalid" : operator, values };
    default:
      if (operator !== undefined)
        field.at("operator").reject("In, NotIn, Exists or DoesNotExist", JSON.stringify(operator));
      return { key, operator: "invalid", values };
  }
}

/** Reads a `metav1.LabelSelector`; null where it is missing, which selects nothing. */
export function readSelector(field: Field): LabelSelector | null {
  if (!field.present) return null;
  const exact = field
    .at("matchLabels")
    .entries()
    .flatMap(([key, value]): LabelRequirement[] => {
      const text = value.text();
      return [{ key, operator: text === undefined ? "invalid" : "In", values: text === undefined ? [] : [text] }];
    });
  return { requirements: [...exact, ...field.at("matchExpressions").items().map(readRequirement)] };
}

/** Reads `allowedRoutes.namespaces` or `allowedListeners.namespaces`. `None` is a word of the latter only (`semantics.md` §3.2). */
export function readAdmission(namespaces: Field, defaultFrom: "Same" | "None"): NamespaceAdmission {
  const written = namespaces.at("from").text();
  const from = written ?? defaultFrom;
  const byDefault = written === undefined;
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

function readKinds(kinds: Field): readonly GroupKind[] | null {
  const items = kinds.items();
  if (items.length === 0) return null;
  return items.flatMap((item) => {
    const kind = item.at("kind").requiredText();
    return kind === undefined ? [] : [{ group: item.at("group").text() ?? GATEWAY_API, kind }];
  });
}

/** Reads `spec.listeners` of a Gateway or ListenerSet, with the CRD's defaults applied. */
export function readListeners(spec: Field): readonly Listener[] {
  return spec
    .at("listeners")
    .items()
    .map((field, index) => {
      const allowed = field.at("allowedRoutes");
      return {
        name: field.at("name").requiredText() ?? "",
        index,
        port: field.at("port").integer() ?? null,
        protocol: field.at("protocol").requiredText() ?? "",
        hostname: field.at("hostname").text() || null,
        tlsMode: field.at("tls").at("mode").text() ?? DEFAULT_TLS_MODE,
        kinds: readKinds(allowed.at("kinds")),
        namespaces: readAdmission(allowed.at("namespaces"), "Same"),
      };
    });
}
