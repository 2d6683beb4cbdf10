import type { Position } from "./object.ts";

/** The text of one file (or of standard input), as it was read. */
export interface SourceText {
  /** How the user knows it: the path as given, or `-`. */
  readonly name: string;
  readonly text: string;
}

/** A file that nobody named, come upon in a folder or through a glob, that could not be read. */
export interface UnreadableSource {
  readonly name: string;
  /** Why, as a clause without a full stop; it says nothing of the name. */
  readonly problem: string;
}

/** One file of the input. */
export type Source = SourceText | UnreadableSource;

/** `file:line:column`, as editors and terminals make it a link. */
export function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}
