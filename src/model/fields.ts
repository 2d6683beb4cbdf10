import type { FieldPath } from "./object.ts";

/** A field that holds something else than its schema says. */
export interface FieldProblem {
  readonly path: FieldPath;
  /** What belongs there, in words: "a string", "a list". */
  readonly expected: string;
  /** What is there, in words: "a number", "nothing". */
  readonly found: string;
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One field of an object, with its path. Reading a wrongly typed field tells the sink and yields nothing, so that the
 * rest of the object stays readable. `null` counts as absent, as it does for the API server.
 */
export class Field {
  readonly path: FieldPath;
  readonly #value: unknown;
  readonly #sink: ProblemSink;

  private constructor(value: unknown, path: FieldPath, sink: ProblemSink) {
    this.#value = value ?? undefined;
    this.path = path;
    this.#sink = sink;
  }

  /** The root of an object; `path` is where that root stands in its document. */
  static root(value: unknown, sink: ProblemSink, path: FieldPath = []): Field {
    return new Field(value, path, sink);
  }

  /** What is here, unproved. */
  get raw(): unknown {
    return this.#value;
  }

  get present(): boolean {
    return this.#value !== undefined;
  }

  /** The field `key` of this object; absent if this field is absent or is no object. */
  at(key: string): Field {
    const value = isRecord(this.#value) && Object.hasOwn(this.#value, key) ? this.#value[key] : undefined;
    if (this.present && !isRecord(this.#value)) this.#wrong("an object");
    return new Field(value, [...this.path, key], this.#sink);
  }

  /** The fields of this object in their order; none if absent or no object. */
  entries(): readonly (readonly [string, Field])[] {
    if (!this.present) return [];
    if (!isRecord(this.#value)) {
      this.#wrong("an object");
      return [];
    }
    return Object.entries(this.#value).map(([key, value]) => [key, new Field(value, [...this.path, key], this.#sink)]);
  }

  /** The items of this list; none if absent or no list. */
  items(): readonly Field[] {
    if (!this.present) return [];
    if (!Array.isArray(this.#value)) {
      this.#wrong("a list");
      return [];
    }
    return this.#value.map((item: unknown, index) => new Field(item, [...this.path, index], this.#sink));
  }

  /** This string; undefined if absent or no string. */
  text(): string | undefined {
    if (!this.present || typeof this.#value === "string") return this.#text();
    this.#wrong("a string");
    return undefined;
  }

  /** This string; tells the sink if it is absent. */
  requiredText(): string | undefined {
    const text = this.text();
    if (!this.present) this.#wrong("a string");
    return text;
  }

  /** This integer; undefined if absent or no integer. */
  integer(): number | undefined {
    if (!this.present) return undefined;
    if (typeof this.#value === "number" && Number.isInteger(this.#value)) return this.#value;
    this.#wrong("an integer");
    return undefined;
  }

  /** Tells the sink that the value here breaks a rule of the schema that is not about its type. */
  reject(expected: string, found: string = describe(this.#value)): void {
    this.#sink({ path: this.path, expected, found });
  }

  #text(): string | undefined {
    return typeof this.#value === "string" ? this.#value : undefined;
  }

  #wrong(expected: string): void {
    this.#sink({ path: this.path, expected, found: describe(this.#value) });
  }
}
