import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ConformanceVersion, conformanceVersions } from "../e2e/harness/modules.ts";

/** An object as the upstream tests name it; every one of them is of the group `gateway.networking.k8s.io`. */
export interface Named {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The parent that a route's conditions are about. `sectionName` null: the test looks at no section. */
export interface ParentRef extends Named {
  readonly group: string;
  readonly sectionName: string | null;
}

/** The condition types that the tests assert. */
export type ConditionType = "Accepted" | "ResolvedRefs" | "Programmed";

/** One asserted condition. A `reason` of null stands for every reason. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: "True" | "False";
  readonly reason: string | null;
}

/** Whose conditions they are: where in the object's status they stand. */
export type Subject =
  | { readonly of: "object" }
  | { readonly of: "parent"; readonly parentRef: ParentRef }
  | { readonly of: "listener"; readonly listener: string }
  | { readonly of: "ancestor"; readonly ancestorRef: Named };

/** What a test asserts of one object. null: that is not asserted. */
export interface Expectation {
  readonly object: Named;
  readonly subject: Subject;
  readonly conditions: readonly Condition[];
  /** Empty: there must be none; otherwise at least these. */
  readonly supportedKinds: readonly string[] | null;
  readonly attachedRoutes: number | null;
  readonly attachedListenerSets: number | null;
  readonly since: ConformanceVersion | null;
}

/** One look at the world, perhaps after an object has been deleted from it. */
export interface Step {
  readonly remove: Named | null;
  readonly label: string | null;
  readonly expect: readonly Expectation[];
}

/** One test of the upstream suite. */
export interface UpstreamTest {
  readonly test: string;
  /** Paths below the root of the conformance module. */
  readonly manifests: readonly string[];
  readonly features: readonly string[];
  readonly provisional: boolean;
  readonly note: string | null;
  /** First release whose suite has the test; null: all that are pinned. */
  readonly since: ConformanceVersion | null;
  readonly steps: readonly Step[];
}

const CONDITION_TYPES: readonly ConditionType[] = ["Accepted", "ResolvedRefs", "Programmed"];

const STATUSES: readonly Condition["status"][] = ["True", "False"];

/** Where in the status each subject's conditions stand: the file says it once more, and must agree. */
const WHERE: Readonly<Record<Subject["of"], string>> = {
  object: "status.conditions",
  parent: "status.parents[].conditions",
  listener: "status.listeners[].conditions",
  ancestor: "status.ancestors[].conditions",
};

/** A value of the file with its place, which is what errors begin with. */
class Value {
  readonly #value: unknown;
  readonly #place: string;

  constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  fail(wanted: string): never {
    throw new Error(`${this.#place}: ${wanted} expected, but there is ${JSON.stringify(this.#value) ?? "nothing"}`);
  }

  at(place: string): Value {
    return new Value(this.#value, place);
  }

  /** The fields of this object, which must have all of `required` and nothing besides them and `optional`. */
  fields<Required extends string, Optional extends string = never>(
    required: readonly Required[],
    optional?: readonly Optional[],
  ): Readonly<Record<Required, Value>> & Readonly<Partial<Record<Optional, Value>>>;
  fields(required: readonly string[], optional: readonly string[] = []): Readonly<Record<string, Value>> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.fail("an object");
    const entries: (readonly [string, unknown])[] = Object.entries(value);
    const names = entries.map(([name]) => name);
    const surprise = names.find((name) => !required.includes(name) && !optional.includes(name));
    if (surprise !== undefined) return this.fail(`no field ${surprise}`);
    const missing = required.find((name) => !names.includes(name));
    if (missing !== undefined) return this.fail(`a field ${missing}`);
    return Object.fromEntries(entries.map(([name, field]) => [name, new Value(field, `${this.#place}.${name}`)]));
  }

  has(name: string): boolean {
    return typeof this.#value === "object" && this.#value !== null && Object.hasOwn(this.#value, name);
  }

  items(): readonly Value[] {
    if (!Array.isArray(this.#value)) return this.fail("a list");
    return this.#value.map((item: unknown, index) => new Value(item, `${this.#place}[${index}]`));
  }

  text(): string {
    return typeof this.#value === "string" && this.#value !== "" ? this.#value : this.fail("a text");
  }

  flag(): boolean {
    return typeof this.#value === "boolean" ? this.#value : this.fail("true or false");
  }

  count(): number {
    const value = this.#value;
    return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : this.fail("a count");
  }

  oneOf<T extends string>(words: readonly T[]): T {
    return words.find((word) => word === this.#value) ?? this.fail(`one of ${words.join(", ")}`);
  }

  orNull<T>(read: (value: Value) => T): T | null {
    return this.#value === null ? null : read(this);
  }
}

const text = (value: Value): string => value.text();
const count = (value: Value): number => value.count();
const release = (value: Value): ConformanceVersion => value.oneOf(conformanceVersions);

function named(value: Value): Named {
  const { kind, namespace, name } = value.fields(["kind", "namespace", "name"]);
  return { kind: kind.text(), namespace: namespace.text(), name: name.text() };
}

function parentRef(value: Value): ParentRef {
  const { group, kind, namespace, name, sectionName } = value.fields([
    "group",
    "kind",
    "namespace",
    "name",
    "sectionName",
  ]);
  return {
    group: group.text(),
    kind: kind.text(),
    namespace: namespace.text(),
    name: name.text(),
    sectionName: sectionName.orNull(text),
  };
}

function condition(value: Value): Condition {
  const { type, status, reason } = value.fields(["type", "status", "reason"]);
  return { type: type.oneOf(CONDITION_TYPES), status: status.oneOf(STATUSES), reason: reason.orNull(text) };
}

const COMMON = ["object", "where", "conditions"] as const;

/** Reads what all expectations have, and checks that `where` says what the other fields say. */
function expectationOf(
  fields: Readonly<Record<(typeof COMMON)[number], Value>>,
  subject: Subject,
  counts: Partial<Pick<Expectation, "supportedKinds" | "attachedRoutes" | "attachedListenerSets" | "since">> = {},
): Expectation {
  fields.where.oneOf([WHERE[subject.of]]);
  return {
    object: named(fields.object),
    subject,
    conditions: fields.conditions.items().map(condition),
    supportedKinds: null,
    attachedRoutes: null,
    attachedListenerSets: null,
    since: null,
    ...counts,
  };
}

function expectation(value: Value): Expectation {
  if (value.has("parentRef")) {
    const fields = value.fields([...COMMON, "parentRef"]);
    return expectationOf(fields, { of: "parent", parentRef: parentRef(fields.parentRef) });
  }
  if (value.has("ancestorRef")) {
    const fields = value.fields([...COMMON, "ancestorRef"]);
    return expectationOf(fields, { of: "ancestor", ancestorRef: named(fields.ancestorRef) });
  }
  if (value.has("listener")) {
    const fields = value.fields([...COMMON, "listener", "supportedKindsMustContain", "attachedRoutes"], ["since"]);
    return expectationOf(
      fields,
      { of: "listener", listener: fields.listener.text() },
      {
        supportedKinds: fields.supportedKindsMustContain.orNull((kinds) => kinds.items().map(text)),
        attachedRoutes: fields.attachedRoutes.orNull(count),
        since: fields.since === undefined ? null : release(fields.since),
      },
    );
  }
  const fields = value.fields(COMMON, ["attachedListenerSets"]);
  const sets = fields.attachedListenerSets;
  return expectationOf(fields, { of: "object" }, { attachedListenerSets: sets === undefined ? null : sets.count() });
}

function step(value: Value): Step {
  const fields = value.fields(["delete", "label", "expect"]);
  return {
    remove: fields.delete.orNull(named),
    label: fields.label.orNull(text),
    expect: fields.expect.items().map(expectation),
  };
}

/** A path of the file, which starts at the repository's root, below the root of the module. */
function manifest(value: Value): string {
  const path = value.text();
  return path.startsWith("conformance/") ? path.slice("conformance/".length) : value.fail("a path below conformance/");
}

function upstreamTest(value: Value): UpstreamTest {
  const required = ["test", "manifests", "features", "provisional", "note", "steps"] as const;
  const optional = ["provisionalUntil", "since"] as const;
  const test = value.fields(required, optional).test.text();
  const fields = value.at(test).fields(required, optional);
  fields.provisionalUntil?.text();
  return {
    test,
    manifests: fields.manifests.items().map(manifest),
    features: fields.features.items().map(text),
    provisional: fields.provisional.flag(),
    note: fields.note.orNull(text),
    since: fields.since === undefined ? null : release(fields.since),
    steps: fields.steps.items().map(step),
  };
}

/** Reads what the upstream tests expect; throws with the test's name where the file is not as described above. */
export function readExpectations(): readonly UpstreamTest[] {
  const content: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "expectations.json"), "utf8"));
  return new Value(content, "expectations.json").items().map(upstreamTest);
}

/** Does something that came with `since` belong to the suite of this release? */
export function isIn(release: ConformanceVersion, since: ConformanceVersion | null): boolean {
  return since === null || conformanceVersions.indexOf(since) <= conformanceVersions.indexOf(release);
}
