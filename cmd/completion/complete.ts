import { SHELLS } from "../choices.ts";
import { CATALOGUE } from "../commands/catalogue.ts";
import type { Command } from "../commands/command.ts";
import { COMPLETION } from "../commands/completion.ts";
import { EXPLAIN } from "../commands/explain.ts";
import { SCAFFOLD } from "../commands/scaffold.ts";
import { COMMANDS } from "../commands/table.ts";
import { WHY_DENIED } from "../commands/why-denied.ts";
import { HELP_FLAG } from "../options.ts";
import type { Lookups, Ports } from "../ports.ts";
import { KINDS_OF } from "./kinds.ts";
import { type Line, readLine } from "./line.ts";
import { Lookup } from "./lookup.ts";
import { bare, NOTHING, type Offer, type Offers, offersText, these } from "./offers.ts";
import { targetOffers, typeOffers } from "./targets.ts";
import { valueOffers } from "./values.ts";

/** Longer lines are nobody's typing, and to read them takes its time. */
const MOST_WORDS = 200;
const MOST_CHARACTERS = 20_000;

const commandOffers: readonly Offer[] = COMMANDS.map(({ name, describe }) => ({ value: name, describe }));
const HELP: Offer = { value: "help", describe: "Show the help of a command" };

/** In front of the command. */
function firstOffers(typed: string): Offers {
  const flags = [HELP_FLAG.name, "version"].map((name) => `--${name}`);
  return these(typed.startsWith("-") ? bare(flags) : [...commandOffers, HELP]);
}

function flagOffers({ typed, given }: Line, { flags }: Command): Offers {
  const all = [...flags, HELP_FLAG];
  const free = all.filter(({ name, takes }) => takes.startsWith("list") || !given.has(name));
  const short = all.find((flag) => typed === `-${flag.short}`);
  if (short !== undefined) return these([{ value: typed, describe: short.describe }]);
  return these(free.map(({ name, describe }) => ({ value: `--${name}`, describe })));
}

async function wordOffers(words: readonly string[], typed: string, command: Command, lookup: Lookup): Promise<Offers> {
  switch (command) {
    case WHY_DENIED:
      return targetOffers(words, typed, KINDS_OF["why-denied"], false, lookup);
    case SCAFFOLD:
      return targetOffers(words, typed, KINDS_OF.scaffold, false, lookup);
    case EXPLAIN:
      return targetOffers(words, typed, KINDS_OF.explain, true, lookup);
    case CATALOGUE:
      return words.length === 0 ? these(typeOffers(typed, KINDS_OF.catalogue)) : NOTHING;
    case COMPLETION:
      return words.length === 0 ? these(bare(SHELLS)) : NOTHING;
    default:
      return NOTHING;
  }
}

function offersAt(line: Line, command: Command, lookup: Lookup): Promise<Offers> {
  const { place, typed } = line;
  switch (place.at) {
    case "flag":
      return Promise.resolve(flagOffers(line, command));
    case "value":
      return valueOffers(place.flag, line, lookup);
    case "word":
      return wordOffers(place.words, typed, command, lookup);
  }
}

async function answer(words: readonly string[], ports: Ports, lookups: Lookups): Promise<string> {
  const [name = "", ...rest] = words;
  const [typed = name] = words.slice(-1);
  const nothing = offersText(NOTHING, "", "");
  if (rest.length === 0) return offersText(firstOffers(typed), typed, "");
  if (name === "help") return offersText(rest.length === 1 ? these(commandOffers) : NOTHING, typed, "");
  const command = COMMANDS.find((candidate) => candidate.name === name);
  const line = command === undefined ? null : readLine(rest, command);
  if (command === undefined || line === null) return nothing;
  const offers = await offersAt(line, command, new Lookup(line.flags, ports, lookups));
  return offersText(offers, line.typed, line.lead);
}

/**
 * Answers a shell that asks at TAB how a line may go on: a line for each offer, and a last line that tells the shell what to
 * do with them (see {@link offersText}). What cannot be looked up, or not in time, is left out without a word; nothing is thrown.
 *
 * @param words the words behind the program, as the shell would hand them over; the last, which may be empty, is to be completed
 */
export async function complete(words: readonly string[], ports: Ports): Promise<string> {
  const nothing = offersText(NOTHING, "", "");
  const length = words.reduce((sum, word) => sum + word.length, 0);
  if (words.length > MOST_WORDS || length > MOST_CHARACTERS) return nothing;
  const lookups = ports.lookups();
  try {
    return await Promise.race([answer(words, ports, lookups), lookups.over.then(() => nothing)]);
  } catch {
    return nothing;
  } finally {
    lookups.close();
  }
}
