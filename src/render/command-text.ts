import type { ObjectId } from "../model/object.ts";
import { shellWord } from "./shell-word.ts";
import { kindText } from "./terms.ts";

/** Commands that can be pasted into a shell, whatever the names in them hold. */

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
