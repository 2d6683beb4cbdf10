import type { ObjectId } from "../model/object.ts";
import { kindText } from "./terms.ts";

/** Commands that can be pasted into a shell, whatever the names in them hold. */

/** A word that a POSIX shell takes as it is. */
const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The type of an object in a command: `httproute`, with the group where another kind is usually meant by the name. */
export function typeWord({ group, kind }: ObjectId): string {
  const own = kind.toLowerCase();
  return kindText({ group, kind }) === kind || group === "" ? own : `${own}.${group}`;
}

/** An object as a command names it: `httproute/web -n app`. */
export function pasteable(id: ObjectId): string {
  const name = `${typeWord(id)}/${id.name}`;
  return id.namespace === null ? shellWord(name) : `${shellWord(name)} -n ${shellWord(id.namespace)}`;
}
