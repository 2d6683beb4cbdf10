import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST_ENTRIES } from "../../src/catalogue/grants.ts";
import { GATEWAY_API } from "../../src/catalogue/kinds.ts";
import { type GrantPair, productsOf } from "../../src/catalogue/products.ts";
import type { GrantEntries, GrantFrom, GrantTo } from "../../src/model/grant.ts";
import { lawRuns } from "../harness/law-runs.ts";

/** Who may refer to what, said as grants say it: everyone in `from` with everything in `to`. */

const RUNS = lawRuns(1000);
const TIMEOUT = 60_000 + RUNS.numRuns * 50;

/** Words that would be mistaken for one another were they joined by a separator. */
const word = fc.oneof(
  {
    arbitrary: fc.constantFrom("a", "b", "a/b", "/", "", '"', ",", '","', "[", "a,b", "null", " ", "__proto__"),
    weight: 1,
  },
  { arbitrary: fc.nat(30).map((index) => `n${index}`), weight: 3 },
);

const aFrom: fc.Arbitrary<GrantFrom> = fc.record({
  group: fc.constantFrom(GATEWAY_API, "", "example.com"),
  kind: fc.constantFrom("HTTPRoute", "GRPCRoute", "Gateway"),
  namespace: word,
});
const aTo: fc.Arbitrary<GrantTo> = fc.record({
  group: fc.constantFrom("", "example.com"),
  kind: fc.constantFrom("Service", "Secret"),
  name: fc.option(word, { nil: null, freq: 8 }),
});

const crossed = (from: readonly GrantFrom[], to: readonly GrantTo[]): readonly GrantPair[] =>
  from.flatMap((trusted) => to.map((opened) => ({ from: trusted, to: opened })));

const many = (count: number): fc.Arbitrary<readonly GrantFrom[]> =>
  fc.nat(count).map((length) =>
    Array.from({ length: length + 1 }, (_, index) => ({
      group: GATEWAY_API,
      kind: "HTTPRoute",
      namespace: `many-${index}`,
    })),
  );

const manyTargets = (count: number): fc.Arbitrary<readonly GrantTo[]> =>
  fc
    .nat(count)
    .map((length) =>
      Array.from({ length: length + 1 }, (_, index) => ({ group: "", kind: "Service", name: `many-${index}` })),
    );

/** Pairs here and there, whole products, and products that share a side. */
const somePairs: fc.Arbitrary<readonly GrantPair[]> = fc
  .record({
    loose: fc.array(fc.record({ from: aFrom, to: aTo }), { maxLength: 30 }),
    blocks: fc.array(
      fc.record({
        from: fc.oneof(fc.array(aFrom, { minLength: 1, maxLength: 5 }), many(40)),
        to: fc.oneof(fc.array(aTo, { minLength: 1, maxLength: 5 }), manyTargets(40)),
      }),
      { maxLength: 3 },
    ),
    /** Some are left out. */
    without: fc.integer({ min: 2, max: 12 }),
  })
  .map(({ loose, blocks, without }) => [
    ...loose,
    ...blocks.flatMap(({ from, to }) => crossed(from, to)).filter((_, index) => index % without !== 1),
  ]);

const textOf = ({ from, to }: GrantPair): string =>
  JSON.stringify([from.group, from.kind, from.namespace, to.group, to.kind, to.name]);

const said = (products: readonly GrantEntries[]): readonly string[] =>
  products.flatMap(({ from, to }) => crossed(from, to).map(textOf));

const setOf = (pairs: readonly GrantPair[]): readonly string[] => [...new Set(pairs.map(textOf))].toSorted();

describe("productsOf", { timeout: TIMEOUT }, () => {
  it("says all of the pairs, no others, and each of them once", () => {
    let split = 0;
    fc.assert(
      fc.property(somePairs, (pairs) => {
        const products = productsOf(pairs);
        expect(said(products).toSorted()).toEqual(setOf(pairs));
        expect(products.length).toBeLessThanOrEqual(setOf(pairs).length);
        if (products.length > 1) split += 1;
      }),
      RUNS,
    );
    expect(split).toBeGreaterThan(RUNS.numRuns / 4);
  });

  it("has at most 16 entries on a side, and at least one", () => {
    let full = 0;
    fc.assert(
      fc.property(somePairs, (pairs) => {
        for (const { from, to } of productsOf(pairs)) {
          for (const { length } of [from, to]) {
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(MOST_ENTRIES);
            if (length === MOST_ENTRIES) full += 1;
          }
        }
      }),
      RUNS,
    );
    expect(full).toBeGreaterThan(RUNS.numRuns / 10);
  });

  it("says the same in the same order, whatever the order of the pairs, and however often they are told", () => {
    fc.assert(
      fc.property(
        somePairs.chain((pairs) =>
          fc.record({
            pairs: fc.constant(pairs),
            shuffled: fc.shuffledSubarray([...pairs], { minLength: pairs.length, maxLength: pairs.length }),
            again: fc.subarray([...pairs]),
          }),
        ),
        ({ pairs, shuffled, again }) => {
          expect(productsOf([...shuffled, ...again])).toEqual(productsOf(pairs));
        },
      ),
      RUNS,
    );
  });

  it("says what one grant can say with one", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(aFrom, { minLength: 1, maxLength: MOST_ENTRIES, selector: (from) => JSON.stringify(from) }),
        fc.uniqueArray(aTo, { minLength: 1, maxLength: MOST_ENTRIES, selector: (to) => JSON.stringify(to) }),
        (from, to) => {
          expect(productsOf(crossed(from, to))).toHaveLength(1);
        },
      ),
      RUNS,
    );
  });

  it("keeps what hangs together by nothing in grants of its own", () => {
    fc.assert(
      fc.property(somePairs, somePairs, (one, other) => {
        const apart = other.map(({ from, to }) => ({
          from: { ...from, group: `apart.${from.group}` },
          to: { ...to, group: `apart.${to.group}` },
        }));
        expect(productsOf([...one, ...apart]).length).toBe(productsOf(one).length + productsOf(apart).length);
      }),
      RUNS,
    );
  });

  const from = (namespace: string): GrantFrom => ({ group: GATEWAY_API, kind: "HTTPRoute", namespace });
  const to = (name: string | null): GrantTo => ({ group: "", kind: "Service", name });
  const table: readonly (readonly [what: string, pairs: readonly GrantPair[], products: readonly string[]])[] = [
    ["nothing", [], []],
    ["one pair", crossed([from("a")], [to("x")]), ["a → x"]],
    ["one and the same twice", crossed([from("a"), from("a")], [to("x")]), ["a → x"]],
    ["a product", crossed([from("b"), from("a")], [to("y"), to("x")]), ["a b → x y"]],
    [
      "two that are apart",
      [...crossed([from("a")], [to("x")]), ...crossed([from("b")], [to("y")])],
      ["a → x", "b → y"],
    ],
    [
      "three of four pairs, of which a product would say the fourth",
      [...crossed([from("a")], [to("x"), to("y")]), ...crossed([from("b")], [to("x")])],
      ["a → x y", "b → x"],
    ],
    [
      "what is opened to many, and what to one of them",
      [...crossed([from("a"), from("b"), from("c")], [to("x")]), ...crossed([from("a")], [to("y")])],
      ["a → x y", "b c → x"],
    ],
    ["every name beside one", crossed([from("a")], [to(null), to("x")]), ["a → x *"]],
    [
      "17 namespaces",
      crossed(
        Array.from({ length: 17 }, (_, index) => from(`n${10 + index}`)),
        [to("x")],
      ),
      [`${Array.from({ length: 16 }, (_, index) => `n${10 + index}`).join(" ")} → x`, "n26 → x"],
    ],
  ];
  it.each(table)("%s", (_, pairs, products) => {
    const lines = productsOf(pairs).map(
      (product) =>
        `${product.from.map(({ namespace }) => namespace).join(" ")} → ${product.to.map(({ name }) => name ?? "*").join(" ")}`,
    );
    expect(lines).toEqual(products);
  });
});
