import { expect, test } from "vitest";
import { OWN_KINDS } from "../../src/catalogue/kinds.ts";
import { itemsAt, textAt, valueAt } from "../e2e/harness/json.ts";
import { readBundles, releaseOf, releases } from "./schemas.ts";

/** What the tool knows of each kind decides what it asks a cluster for, so it too is held against the CRDs. */

interface PublishedKind {
  readonly kind: string;
  readonly plural: string;
  readonly scope: string;
  /** Those that some release gave it. */
  readonly shortNames: Set<string>;
  /** Every version that a release served, with what the newest release says about it. */
  readonly versions: Map<string, "served" | "deprecated" | "retired">;
}

/** The order of preference among versions. */
const newestFirst = ["v1", "v1beta1", "v1alpha3", "v1alpha2", "v1alpha1"];

const byKey = <T>(items: readonly (readonly [string, T])[]): Readonly<Record<string, T>> =>
  Object.fromEntries(items.toSorted(([a], [b]) => (a < b ? -1 : 1)));

test("the kinds, their plurals, short names, scopes and versions are those of the CRDs", () => {
  const published = new Map<string, PublishedKind>();
  const hostnames = new Set<string>();
  for (const { version, crds } of readBundles()) {
    for (const { group, kind, spec } of crds) {
      const key = `${group}/${kind}`;
      const plural = textAt(spec, "names", "plural") ?? "";
      const scope = textAt(spec, "scope") ?? "";
      const known = published.get(key) ?? { kind, plural, shortNames: new Set(), scope, versions: new Map() };
      published.set(key, known);
      for (const name of itemsAt(spec, "names", "shortNames")) known.shortNames.add(String(name));
      for (const entry of itemsAt(spec, "versions")) {
        if (valueAt(entry, "served") !== true) continue;
        const name = textAt(entry, "name") ?? "";
        const deprecated = valueAt(entry, "deprecated") === true;
        const now = releaseOf(version) === releases.at(-1);
        known.versions.set(name, now ? (deprecated ? "deprecated" : "served") : "retired");
        const schema = valueAt(entry, "schema", "openAPIV3Schema", "properties", "spec", "properties");
        if (valueAt(schema, "hostnames") !== undefined) hostnames.add(key);
      }
    }
  }

  const expected = [...published].map(([key, { kind, plural, shortNames, scope, versions }]) => {
    const names = [...versions.keys()].toSorted((a, b) => newestFirst.indexOf(a) - newestFirst.indexOf(b));
    const those = (state: string): readonly string[] => names.filter((name) => versions.get(name) === state);
    const route = kind.endsWith("Route") ? { hostnames: hostnames.has(key) } : undefined;
    // ReferencePolicy is told about as a whole, not for its version.
    const retired = kind === "ReferencePolicy" ? [] : those("retired");
    const known = { plural, shortNames: [...shortNames], scope, versions: names, retired, route };
    return [key, { ...known, deprecated: those("deprecated") }] as const;
  });
  const said = OWN_KINDS.filter(({ group }) => group.startsWith("gateway.networking.")).map(
    ({ group, kind, plural, shortNames = [], scope, versions, retired, deprecated = [], route }) =>
      [`${group}/${kind}`, { plural, shortNames, scope, versions, retired, deprecated, route }] as const,
  );
  expect(byKey(said)).toEqual(byKey(expected));
  expect(said).toHaveLength(17);
});
