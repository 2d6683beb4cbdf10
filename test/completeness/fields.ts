import { isRecord, itemsAt, textAt, valueAt } from "../e2e/harness/json.ts";

/**
 * Which fields of a schema look as if they named an object. Meant to find too much: what is no reference is said in
 * exceptions.ts, with the reason, and what is found by nothing is seen by nobody.
 */

type Schema = Readonly<Record<string, unknown>>;

/** What the schema of a reference says about it. */
export interface FieldShape {
  /** Whether it can name a namespace. */
  readonly namespace: boolean;
  /** The group and kind that the API server fills in; null where it fills in none. */
  readonly defaultGroup: string | null;
  readonly defaultKind: string | null;
}

/** One field of a schema. */
export interface SchemaField {
  readonly path: string;
  readonly found: boolean;
  /** Null for what has not the form of a reference. */
  readonly shape: FieldShape | null;
}

/** What says who the referent is: parts of a reference, and none by themselves. */
const PARTS: ReadonlySet<string> = new Set(["group", "apiGroup", "kind", "resource", "name", "namespace", "port"]);

/** Names of fields that name objects, or choose them. */
const TELLING_NAMES: readonly RegExp[] = [
  /(?:^ref|^reference|^target|^selector|Ref|Reference|Target|Selector)s?$/,
  /^match(?:Labels|Expressions|Fields)$/,
  /(?:^name|Name)s?$/,
  /(?:^namespace|Namespace)s?$/,
  /(?:^kind|Kind)s?$/,
  /^(?:useDefaultGateways|defaultScope)$/,
  /^addresses$/,
];

/** A text that is called like a kind of object: `secret: my-secret`. */
const CALLED_LIKE_A_KIND = /(?:^|.)(?:service|secret|configmap|gateway|listener|route|backend|mesh|bundle|policy)s?$/i;

/** Words of a field's documentation that are only used about references. */
const TELLING_WORDS = /\breferent\b|cross[- ]namespace|\bReference(?:Grant|Policy) (?:in|object|is|for)\b/i;

function propertiesOf(schema: Schema): Schema {
  const properties = schema.properties;
  return isRecord(properties) ? properties : {};
}

/** Group and kind as a reference has them: a name with one of the rest, or a kind without a name. */
function isReferenceShaped(schema: Schema): boolean {
  const has = (key: string): boolean => Object.hasOwn(propertiesOf(schema), key);
  if (has("kind") || has("resource")) return true;
  return has("name") && (has("group") || has("apiGroup") || has("namespace"));
}

function shapeOf(schema: Schema): FieldShape {
  return {
    namespace: Object.hasOwn(propertiesOf(schema), "namespace"),
    defaultGroup: textAt(schema, "properties", "group", "default") ?? null,
    defaultKind: textAt(schema, "properties", "kind", "default") ?? null,
  };
}

/** Whether anything at all may be written there, so that the schema does not tell what it names. */
function isOpaque(schema: Schema): boolean {
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return true;
  if (schema["x-kubernetes-embedded-resource"] === true) return true;
  return schema.type === "object" && !isRecord(schema.properties) && !isRecord(schema.additionalProperties);
}

function isText(schema: Schema): boolean {
  return schema.type === "string" && itemsAt(schema, "enum").length === 0;
}

/** Lists are followed to what they hold, and so are maps, unless they hold texts as labels do. */
function unwrapped(schema: Schema, path: string): { readonly schema: Schema; readonly path: string } {
  const items = schema.items;
  if (isRecord(items)) return unwrapped(items, `${path}[]`);
  const values = schema.additionalProperties;
  if (isRecord(values) && values.type !== "string") return unwrapped(values, `${path}{}`);
  return { schema, path };
}

function* walk(schema: Schema, path: string): Generator<SchemaField> {
  const inReference = isReferenceShaped(schema);
  for (const [name, value] of Object.entries(propertiesOf(schema))) {
    if (!isRecord(value)) continue;
    const inner = unwrapped(value, `${path}.${name}`);
    const shaped = isReferenceShaped(inner.schema);
    const documentation = [value, inner.schema].map((one) => textAt(one, "description") ?? "");
    const telling =
      shaped ||
      isOpaque(inner.schema) ||
      TELLING_NAMES.some((pattern) => pattern.test(name)) ||
      (isText(inner.schema) && CALLED_LIKE_A_KIND.test(name)) ||
      documentation.some((text) => TELLING_WORDS.test(text));
    yield {
      path: inner.path,
      found: telling && !(inReference && PARTS.has(name)),
      shape: shaped ? shapeOf(inner.schema) : null,
    };
    yield* walk(inner.schema, inner.path);
  }
}

/** Every field of an object's schema, without those that every object has. */
export function* fieldsOf(schema: Schema): Generator<SchemaField> {
  for (const root of ["spec", "status"]) {
    const value = valueAt(schema, "properties", root);
    if (isRecord(value)) yield* walk(value, root);
  }
  const others = Object.keys(propertiesOf(schema)).filter(
    (name) => !["apiVersion", "kind", "metadata", "spec", "status"].includes(name),
  );
  if (others.length > 0) throw new Error(`fields beside spec and status: ${others.join(", ")}`);
}
