import { describe, expect, it } from "vitest";
import type { KindInfo } from "../../../src/catalogue/kinds.ts";
import { GATEWAY, SERVICE } from "../../../src/catalogue/kinds.ts";
import { kindInfo } from "../../../src/catalogue/known.ts";
import { counting, readingText } from "../../../src/load/cluster/progress.ts";

const info = (kind: typeof GATEWAY): KindInfo => {
  const found = kindInfo(kind);
  if (found === undefined) throw new Error(`${kind.kind} is not known`);
  return found;
};

/** What is said after each page: kind, objects on it, objects still to come, and when it arrives, in seconds. */
function said(pages: readonly (readonly [typeof GATEWAY, number, number, number])[]): readonly string[] {
  const texts: string[] = [];
  let now = 0;
  const page = counting(
    (reading) => texts.push(readingText(reading)),
    () => now * 1000,
  );
  for (const [kind, objects, remaining, at] of pages) {
    now = at;
    page(info(kind), objects, remaining);
  }
  return texts;
}

describe("what a spinner says while lists are read", () => {
  it("is how much of how much, and after a second how long the rest may take", () => {
    const pages = [9500, 9000, 5000, 0].map((left, at) => [SERVICE, at === 2 ? 4000 : 500, left, at * 0.6] as const);
    expect(said(pages)).toEqual([
      "reading services: 500 of 10000",
      "reading services: 1000 of 10000",
      "reading services: 5000 of 10000, about 1 s left",
      "reading services: 5500",
    ]);
  });
  it("takes all kinds together for how long it may take", () => {
    expect(
      said([
        [SERVICE, 500, 9500, 0.1],
        [GATEWAY, 100, 0, 2],
        [SERVICE, 500, 9000, 4],
      ]),
    ).toEqual([
      "reading services: 500 of 10000",
      "reading gateways: 100, about 32 s left",
      "reading services: 1000 of 10000, about 33 s left",
    ]);
  });
  it("does not say what the server does not", () => {
    expect(said([[GATEWAY, 500, 0, 5]])).toEqual(["reading gateways: 500"]);
  });
});
