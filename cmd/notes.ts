import type { Gap } from "../src/model/gap.ts";
import { gapText } from "../src/render/prose.ts";
import { printable } from "../src/render/text.ts";

/** Notes to the user, each once. */
export const notesText = (notes: readonly string[]): string =>
  [...new Set(notes)].map((note) => `Note: ${printable(note)}\n`).join("");

/** What hid objects from one who looked for them; that files are not the whole world is nothing to tell. */
export const unseenText = (gaps: readonly Gap[]): readonly string[] =>
  gaps.filter(({ cause }) => cause !== "outside-input").map(gapText);
