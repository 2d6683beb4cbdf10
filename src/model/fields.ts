import { isRecord } from "./json.ts";
import type { FieldPath } from "./object.ts";

/** A field that holds something else than its schema says. */
export interface FieldProblem {
  readonly path: FieldPath;
  /** What belongs there, in words: "a string", "a list". */
  readonly expected: string;
  /** What is there, in words: "a number", "nothing". */
  readonly found: string;
  /** Whether the API server takes it all the same, since no rule of the schema forbids it. */
  readonly storable: boolean;
}

/** Takes the problems that a {@link Field} meets. */
export type ProblemSink = (problem: FieldProblem) => void;

function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "object":
      return "an object";
    case "string":
      return value === "" ? "an empty string" : "a string";
    case "boolean":
      return `the boolean ${String(value)}`;
    case "number":
    case "bigint":
      return `the number ${String(value)}`;
    default:
      return `a ${typeof value}`;
  }
}

/**
 * What a field gives that is there and cannot be read. It is told apart from an absent one, whose default may be "everything":
 * a mistyped field must never be taken for that.
 */
export const UNUSABLE: unique symbol = Symbol("unusable");
export type Unusable = typeof UNUSABLE;

/** The way to a field: a step from its parent, or the root. */
type Way = { readonly parent: Way; readonly step: string | number } | { readonly under: FieldPath };

const AT_ROOT: Way = { under: [] };

/**
 * One field of an object, with its path. Reading a wrongly typed field tells the sink and gives {@link UNUSABLE}, so that the
 * rest of the object stays readable; so does every field below it. `null` counts as absent, as it does for the API server.
 */
export class Field {
  readonly #value: unknown;
  readonly #way: Way;
  readonly #sink: ProblemSink;

  private constructor(value: unknown, way: Way, sink: ProblemSink) {
    this.#value = value ?? undefined;
    this.#way = way;
    this.#sink = sink;
  }

  /** The root of an object; `path` is where that root stands in its document. */
  static root(value: unknown, sink: ProblemSink, path: FieldPath = []): Field {
    return new Field(value, { under: path }, sink);
  }

  /** The root of an object whose problems are told elsewhere, or are not for its reader to mend. */
  static silent(value: unknown): Field {
    return new Field(value, AT_ROOT, () => {});
  }

  /** The way here from the root of the document. Put together anew each time: nearly all fields are read and never named. */
  get path(): FieldPath {
    const steps: (string | number)[] = [];
    let way = this.#way;
    for (; "parent" in way; way = way.parent) steps.push(way.step);
    return [...way.under, ...steps.reverse()];
  }

  /** What is here, unproved. */
  get raw(): unknown {
    return this.#value;
  }

  get present(): boolean {
    return this.#value !== undefined;
  }

  /** Is there anything in the field `key` of this object? What is no object leads there too, to be told of on the way. */
  leadsTo(key: string): boolean {
    if (!this.present) return false;
    if (!isRecord(this.#value)) return true;
    return Object.hasOwn(this.#value, key) && this.#value[key] !== undefined && this.#value[key] !== null;
  }

  /** The field `key` of this object; absent if this field is absent, unusable if it is no object. */
  at(key: string): Field {
    if (!this.present || this.#value === UNUSABLE) return this.#below(this.#value, key);
    if (!isRecord(this.#value)) {
      this.#wrong("an object");
      return this.#below(UNUSABLE, key);
    }
    return this.#below(Object.hasOwn(this.#value, key) ? this.#value[key] : undefined, key);
  }

  /** The fields of this object in their order; none if absent. */
  entriesOr(): readonly (readonly [string, Field])[] | Unusable {
    if (!this.present) return [];
    if (!isRecord(this.#value)) return this.#wrong("an object");
    return Object.entries(this.#value).map(([key, value]) => [key, this.#below(value, key)]);
  }

  /** The items of this list; none if absent. */
  itemsOr(): readonly Field[] | Unusable {
    if (!this.present) return [];
    if (!Array.isArray(this.#value)) return this.#wrong("a list");
    return this.#value.map((item: unknown, index) => this.#below(item, index));
  }

  /** The fields of this object; none if absent or unusable. */
  entries(): readonly (readonly [string, Field])[] {
    const entries = this.entriesOr();
    return entries === UNUSABLE ? [] : entries;
  }

  /** The items of this list; none if absent or unusable. */
  items(): readonly Field[] {
    const items = this.itemsOr();
    return items === UNUSABLE ? [] : items;
  }

  /** This string, or `fallback` if absent. */
  textOr<T>(fallback: T): string | T | Unusable {
    if (!this.present) return fallback;
    return typeof this.#value === "string" ? this.#value : this.#wrong("a string");
  }

  /** This integer, or `fallback` if absent. */
  integerOr<T>(fallback: T): number | T | Unusable {
    if (!this.present) return fallback;
    return typeof this.#value === "number" && Number.isInteger(this.#value) ? this.#value : this.#wrong("an integer");
  }

  /** This string; undefined if absent or unusable. For what identifies an object, where both come to the same. */
  text(): string | undefined {
    const text = this.textOr(undefined);
    return text === UNUSABLE ? undefined : text;
  }

  /** This integer; undefined if absent or unusable. */
  integer(): number | undefined {
    const integer = this.integerOr(undefined);
    return integer === UNUSABLE ? undefined : integer;
  }

  /** This string; unusable, and told to the sink, if it is absent. */
  requiredText(): string | Unusable {
    return this.present ? this.textOr(UNUSABLE) : this.#wrong("a string");
  }

  /** Tells the sink that the value here breaks a rule of the schema that is not about its type. */
  reject(expected: string, found: string = describe(this.#value)): Unusable {
    this.#sink({ path: this.path, expected, found, storable: false });
    return UNUSABLE;
  }

  /** Tells the sink that the value here makes no sense, though the schema lets it pass. */
  doubt(expected: string, found: string = describe(this.#value)): void {
    this.#sink({ path: this.path, expected, found, storable: true });
  }

  #below(value: unknown, step: string | number): Field {
    return new Field(value, { parent: this.#way, step }, this.#sink);
  }

  #wrong(expected: string): Unusable {
    // Below a field that was told already there is nothing new to tell.
    if (this.#value !== UNUSABLE) this.reject(expected);
    return UNUSABLE;
  }
}
