import fc from "fast-check";
import { SEEDS } from "./corpus.ts";
import { anchored, bare, block, changedAt, flow, list, map, sizeOf, type Tree, text, treeAt } from "./trees.ts";
import { WORDS } from "./words.ts";

/** Manifests that were changed in what they say, and texts that were changed in their bytes. */

const nested = (depth: number): Tree => {
  let tree: Tree = text("deep");
  for (let at = 0; at < depth; at += 1) tree = at % 2 === 0 ? list([tree]) : map([["a", tree]]);
  return tree;
};

const word = fc.constantFrom(...WORDS);

/** What stands where something else is expected. */
const intruder: fc.Arbitrary<Tree> = fc.oneof(
  { weight: 6, arbitrary: word.map(text) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom("null", "true", "0", "-1", "80.5", "1e400", "9007199254740993", "99999999999999999999", "~", "0o17")
      .map(bare),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(".inf", ".nan", "2001-12-14", "!!binary aGk=", "!custom x", "*nowhere").map(bare),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Tree>(list([]), map([]), text(""), list([bare("null")]), map([["", bare("null")]])),
  },
  { weight: 1, arbitrary: word.map((key) => map([[key, map([[key, text("polluted")]])]])) },
  { weight: 1, arbitrary: fc.constantFrom(20, 240, 499, 501, 900).map(nested) },
  { weight: 1, arbitrary: fc.constantFrom(254, 70_000).map((length) => text("x".repeat(length))) },
  { weight: 1, arbitrary: fc.constant(list(Array.from({ length: 300 }, () => bare("null")))) },
);

/** What becomes of a tree that was found in another. */
export type Change = (found: Tree, whole: Tree) => Tree;

function inEntries(
  change: (entries: readonly (readonly [string, Tree])[]) => readonly (readonly [string, Tree])[],
): Change {
  return (found) => {
    if (found.is === "map") return map(change(found.entries));
    return found.is === "list" ? list([...found.items, ...found.items]) : found;
  };
}

export const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: intruder.map(
      (tree): Change =>
        () =>
          tree,
    ),
  },
  {
    weight: 3,
    arbitrary: word.map(
      (added): Change =>
        (found) =>
          found.is === "text" ? text(`${found.text}${added}`) : text(added),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Change>((found) => list([found])) },
  {
    weight: 1,
    arbitrary: word.map(
      (key): Change =>
        (found) =>
          map([[key, found]]),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(word, intruder).map(([key, tree]) => inEntries((entries) => [...entries, [key, tree]])),
  },
  {
    weight: 2,
    arbitrary: word.map((key) =>
      inEntries((entries) => entries.map(([own, tree], at) => [at === 0 ? key : own, tree])),
    ),
  },
  {
    weight: 1,
    arbitrary: intruder.map((tree) =>
      inEntries((entries) =>
        entries.flatMap(([key, own]) => [
          [key, own],
          [key, tree],
        ]),
      ),
    ),
  },
  { weight: 1, arbitrary: fc.constant(inEntries((entries) => entries.slice(1))) },
  {
    weight: 1,
    arbitrary: fc.nat().map(
      (at): Change =>
        (_, whole) =>
          treeAt(whole, at % sizeOf(whole)),
    ),
  },
  // An alias to what it stands in, and one to what stands beside it.
  {
    weight: 1,
    arbitrary: fc.nat().map(
      (at): Change =>
        (found) =>
          anchored(
            "a",
            changedAt(found, at % sizeOf(found), () => bare("*a")),
          ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Change>((found) =>
      map([
        ["x", anchored("b", found)],
        ["<<", bare("*b")],
        ["y", bare("*b")],
      ]),
    ),
  },
);

/** The tree with the one that comes `at`-th, counted round and round, changed. */
export const changed = (tree: Tree, at: number, one: Change): Tree =>
  changedAt(tree, at % sizeOf(tree), (found) => one(found, tree));

const changedTree = (seed: Tree): fc.Arbitrary<Tree> =>
  fc
    .array(fc.tuple(fc.nat(), change), { minLength: 0, maxLength: 3 })
    .map((changes) => changes.reduce((tree, [at, one]) => changed(tree, at, one), seed));

/** The documents of one file, each of them changed in up to three places. */
export const changedSeed: fc.Arbitrary<readonly Tree[]> = fc
  .constantFrom(...SEEDS)
  .chain((seed) => fc.tuple(...seed.map(changedTree)));

/** A file: its name, and what is in it. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const asYaml = (trees: readonly Tree[]): string =>
  trees.map((tree) => `---${block(tree).replace(/^(?!\n)/, " ")}\n`).join("");
const asLines = (trees: readonly Tree[]): string => trees.map((tree) => `${flow(tree)}\n`).join("");
const asFlow = (trees: readonly Tree[]): string => trees.map((tree) => `---\n${flow(tree)}\n`).join("");
const asList = (trees: readonly Tree[]): string =>
  flow(
    map([
      ["apiVersion", text("v1")],
      ["kind", text("List")],
      ["items", list(trees)],
    ]),
  );

const written: fc.Arbitrary<{ readonly name: string; readonly write: (trees: readonly Tree[]) => string }> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ name: "world.yaml", write: asYaml }) },
  { weight: 1, arbitrary: fc.constant({ name: "world.yaml", write: asFlow }) },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: "world.yaml",
      write: (trees: readonly Tree[]) => asYaml(trees).replaceAll("\n", "\r\n"),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ name: "world.json", write: asList }) },
  { weight: 1, arbitrary: fc.constant({ name: "world.json", write: asLines }) },
);

const encode = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Files whose documents say what they should not. */
export const hostileFile: fc.Arbitrary<HostileFile> = fc
  .tuple(changedSeed, written)
  .map(([trees, { name, write }]) => ({ name, bytes: encode(write(trees)) }));

type ByteChange = (bytes: Uint8Array) => Uint8Array;

const spliced =
  (at: number, cut: number, instead: Uint8Array): ByteChange =>
  (bytes) => {
    const start = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, start), instead, bytes.subarray(start + cut)]);
  };

const TOKENS = [
  "\u0000",
  "\ufeff",
  "\r",
  "\r\n",
  "\t",
  "\n---\n",
  "\n...\n",
  "\n%YAML 3.0\n",
  '"',
  "'",
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*a",
  "!!x ",
  "|\n",
  ">-\n",
  "? ",
  ": ",
  "- ",
  "#",
  ",",
  "{{ x }}",
  "\u2028",
  "\u0085",
];

const byteChange: fc.Arbitrary<ByteChange> = fc.oneof(
  fc.nat().map(
    (at): ByteChange =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
  fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => spliced(at, 1, Uint8Array.of(byte))),
  fc.tuple(fc.nat(), fc.nat(40)).map(([at, cut]) => spliced(at, cut, new Uint8Array())),
  fc.tuple(fc.nat(), fc.constantFrom(...TOKENS)).map(([at, token]) => spliced(at, 0, encode(token))),
  fc
    .tuple(fc.nat(), fc.constantFrom([0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5], [0x80]))
    .map(([at, bytes]) => spliced(at, 0, Uint8Array.from(bytes))),
  fc.constant<ByteChange>((bytes) => Buffer.concat([encode("\ufeff"), bytes])),
  fc.constant<ByteChange>((bytes) => Buffer.from(`\ufeff${Buffer.from(bytes).toString()}`, "utf16le")),
  fc.constant<ByteChange>((bytes) => Buffer.from(`\ufeff${Buffer.from(bytes).toString()}`, "utf16le").swap16()),
  fc.constant<ByteChange>((bytes) => Buffer.from(Buffer.from(bytes).toString(), "utf16le")),
  fc.constant<ByteChange>((bytes) => Buffer.concat([bytes, bytes])),
);

/** Files that were damaged on their way. */
export const damagedFile: fc.Arbitrary<HostileFile> = fc
  .tuple(fc.constantFrom(...SEEDS), written, fc.array(byteChange, { minLength: 1, maxLength: 4 }))
  .map(([trees, { name, write }, changes]) => ({
    name,
    bytes: changes.reduce((bytes, one) => one(bytes), encode(write(trees))),
  }));
