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

/** How far into a list ways are kept: objects of a kind are alike, but for lists without end. */
const STEPS_KEPT = 1000;

/** The way to a field. Ways from the root of an object are made once for all objects, and so are the paths that come of them. */
class Way {
  readonly #parent: Way | null;
  readonly #step: string | number;
  readonly #below = new Map<string | number, Way>();
  #path: FieldPath | null;

  private constructor(parent: Way | null, step: string | number, path: FieldPath | null) {
    this.#parent = parent;
    this.#step = step;
    this.#path = path;
  }

  static from(path: FieldPath): Way {
    return new Way(null, "", path);
  }

  get path(): FieldPath {
    this.#path ??= [...(this.#parent?.path ?? []), this.#step];
    return this.#path;
  }

  /** A step further, of those that objects of a kind have in common. */
  to(step: string | number): Way {
    const known = this.#below.get(step);
    if (known !== undefined) return known;
    const made = this.aside(step);
    if (this.#below.size < STEPS_KEPT) this.#below.set(step, made);
    return made;
  }

  /** A step further that nobody takes again: a key that the object chose. */
  aside(step: string | number): Way {
    return new Way(this, step, null);
  }
}

const AT_ROOT = Way.from([]);

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
    return new Field(value, path.length === 0 ? AT_ROOT : Way.from(path), sink);
  }

  /** The root of an object whose problems are told elsewhere, or are not for its reader to mend. */
  static silent(value: unknown): Field {
    return new Field(value, AT_ROOT, () => {});
  }

  /** The way here from the root of the document: one and the same list for the same field of other objects. */
  get path(): FieldPath {
    return this.#way.path;
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
    return Object.entries(this.#value).map(([key, value]) => [key, new Field(value, this.#way.aside(key), this.#sink)]);
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
    return new Field(value, this.#way.to(step), this.#sink);
  }

  #wrong(expected: string): Unusable {
    // Below a field that was told already there is nothing new to tell.
    if (this.#value !== UNUSABLE) this.reject(expected);
    return UNUSABLE;
  }
}
