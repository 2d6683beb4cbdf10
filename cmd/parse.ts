import { IMPLEMENTATIONS, type ImplementationId } from "../src/catalogue/implementations.ts";
import { kindsNamed, kindWords, nearKindWord } from "../src/catalogue/kind-names.ts";
import { GATEWAY_API } from "../src/catalogue/kinds.ts";
import { isSubdomain } from "../src/catalogue/names.ts";
import type { ExitPolicy } from "../src/diagnose/exit-code.ts";
import type { IgnoreRule } from "../src/diagnose/ignore.ts";
import { RefgrantError } from "../src/model/failure.ts";
import { nearWord } from "../src/model/near-word.ts";
import type { GroupKind } from "../src/model/object.ts";
import {
  AUDIT_OUTPUTS,
  CATALOGUE_OUTPUTS,
  COLOR_CHOICES,
  FAIL_ON_CHOICES,
  GRANT_OUTPUTS,
  GRANT_VERSIONS,
  OBJECT_OUTPUTS,
  SHELLS,
  type Shell,
} from "./choices.ts";
import { type CommandLine, readCommandLine } from "./command-line.ts";
import { CATALOGUE } from "./commands/catalogue.ts";
import { COMPLETION } from "./commands/completion.ts";
import { EXPLAIN } from "./commands/explain.ts";
import { SCAFFOLD } from "./commands/scaffold.ts";
import { VERSION } from "./commands/version.ts";
import { WHY_DENIED } from "./commands/why-denied.ts";
import { type Flags, namespaceFlag, objectScope, onlyArgument, readFlags, selectorFlag, source } from "./flags.ts";
import type {
  AuditPlan,
  CataloguePlan,
  ExplainPlan,
  ExplainTopic,
  NamedTarget,
  OutputFormat,
  Plan,
  ScaffoldPlan,
  TargetWord,
  WhyDeniedPlan,
} from "./plan.ts";
import { parseTargets } from "./targets.ts";
import { parseIgnore } from "./values.ts";
import { versionPlan } from "./version-plan.ts";

function ignoreRules(flags: Flags): readonly IgnoreRule[] {
  const words = flags.list("ignore").flatMap((value) => value.split(","));
  if (words.some((word) => word.trim() === "")) throw flags.usage("--ignore names no code");
  return words.map((word) => parseIgnore(word.trim(), (message) => flags.usage(message)));
}

function whyDeniedPlan(flags: Flags, words: readonly string[]): WhyDeniedPlan {
  return {
    command: "why-denied",
    source: source(flags),
    scope: objectScope(
      flags,
      parseTargets(words, (message) => flags.usage(message)),
    ),
    output: flags.choice("output", OBJECT_OUTPUTS, "text"),
    verbose: flags.given("verbose"),
    color: flags.choice("color", COLOR_CHOICES, "auto"),
  };
}

/** The kinds of a group that the catalogue speaks of; none for a word that is no group. */
function kindsOfGroup(group: string): readonly GroupKind[] {
  const suffix = `.${group.toLowerCase()}`;
  const words = kindWords().filter((word) => word.endsWith(suffix));
  const kinds = words.flatMap(kindsNamed).filter((kind) => `.${kind.group}` === suffix);
  return [...new Set(kinds)];
}

/** `httproute.spec.rules`: a word for a kind and the path of a field; a word that names a kind as a whole is none. */
function fieldWord(word: string): Extract<ExplainTopic, { readonly topic: "field" }> | null {
  if (word.includes("/") || word.includes(",")) return null;
  if (kindsNamed(word).length > 0) return { topic: "field", type: word, path: "" };
  const ofGroup = kindsOfGroup(word);
  if (ofGroup.length > 0) {
    throw new RefgrantError(
      "usage",
      `${word} is an API group, and what is explained is a kind, a field or an object`,
      `Kinds of that group: ${ofGroup.map(({ kind }) => kind).join(", ")}.`,
    );
  }
  const dots = [...word.matchAll(/\./g)].map(({ index }) => index);
  const type = dots.map((dot) => word.slice(0, dot)).findLast((part) => kindsNamed(part).length > 0);
  return type === undefined ? null : { topic: "field", type, path: word.slice(type.length + 1) };
}

function pairTopic(flags: Flags, words: readonly string[], targets: readonly TargetWord[]): ExplainTopic {
  const complain = (message: string) => flags.usage(message);
  if (flags.list("to").length > 1) throw flags.usage("--to is given once: ask about one pair at a time");
  if (flags.value("selector") !== null) throw flags.usage("-l does not go with --to: grants know no labels");
  if (flags.given("all-namespaces"))
    throw flags.usage("-A does not go with --to: a grant trusts one namespace, say it in -n");
  const [to, ...others] = parseTargets([flags.value("to") ?? ""], complain);
  const [from, ...more] = targets;
  if (to === undefined || to.name === null || others.length > 0) {
    throw flags.usage(`--to takes one TYPE/NAME, not ${JSON.stringify(flags.value("to"))}`);
  }
  if (from === undefined || more.length > 0) throw flags.usage("--to goes with one TYPE or TYPE/NAME before it");
  const [, second] = words;
  if (second !== undefined && kindsNamed(second).length > 0) {
    const meant = `write ${from.type}/${second} if an object has that name`;
    throw flags.usage(`--to goes with one TYPE, and ${JSON.stringify(second)} is another: ${meant}`);
  }
  return { topic: "pair", from, to, toNamespace: namespaceFlag(flags, "to-namespace") };
}

function explainTopic(flags: Flags, words: readonly string[], targets: readonly TargetWord[]): ExplainTopic {
  if (flags.value("to") !== null) return pairTopic(flags, words, targets);
  if (flags.value("to-namespace") !== null) throw flags.usage("--to-namespace goes with --to");
  const chosen = flags.value("selector") !== null || flags.given("all-namespaces");
  const [word, ...more] = words;
  const field = word === undefined || more.length > 0 || chosen ? null : fieldWord(word);
  return field ?? { topic: "objects" };
}

function explainPlan(flags: Flags, words: readonly string[]): ExplainPlan {
  if (words.length === 0) throw flags.usage("explain takes TYPE/NAME, or the path of a field");
  const targets = parseTargets(words, (message) => flags.usage(message));
  const topic = explainTopic(flags, words, targets);
  return {
    command: "explain",
    source: source(flags),
    scope: objectScope(flags, targets),
    topic,
    output: flags.choice("output", OBJECT_OUTPUTS, "text"),
    headers: !flags.given("no-headers"),
    color: flags.choice("color", COLOR_CHOICES, "auto"),
  };
}

function versionFlag(flags: Flags): string | null {
  const given = flags.value("api-version");
  if (given === null) return null;
  const version = given.startsWith(`${GATEWAY_API}/`) ? given.slice(GATEWAY_API.length + 1) : given;
  if (!GRANT_VERSIONS.some((known) => known === version)) {
    throw flags.usage(`--api-version takes ${GRANT_VERSIONS.join(", ")}, not ${JSON.stringify(given)}`);
  }
  return version;
}

function grantName(flags: Flags): string | null {
  const name = flags.value("name");
  if (name === null || isSubdomain(name)) return name;
  throw flags.usage(
    `--name takes what an object can be called: letters a to z, digits, - and ., with a letter or digit at both ends and beside each dot, at most 253; not ${JSON.stringify(name)}`,
  );
}

function intoFlag(flags: Flags): NamedTarget | null {
  const given = flags.value("into");
  if (given === null) return null;
  const [target, ...others] = parseTargets([given], (message) => flags.usage(message));
  if (target === undefined || target.name === null || others.length > 0) {
    throw flags.usage(`--into takes one referencegrant/NAME, not ${JSON.stringify(given)}`);
  }
  if (flags.value("name") !== null) throw flags.usage("--name is of new grants, and --into makes none");
  return { ...target, name: target.name };
}

function scaffoldPlan(flags: Flags, words: readonly string[]): ScaffoldPlan {
  const scope = objectScope(
    flags,
    parseTargets(words, (message) => flags.usage(message)),
  );
  const toNamespace = namespaceFlag(flags, "to-namespace");
  // Who asks for one target's namespace means whoever refers to it.
  const fromAnywhere =
    toNamespace !== null && scope.namespace === null && scope.targets.every(({ name }) => name === null);
  return {
    command: "scaffold",
    source: source(flags),
    scope: { ...scope, allNamespaces: scope.allNamespaces || fromAnywhere },
    toNamespace,
    all: flags.given("all"),
    anyName: flags.given("any-name"),
    assumeRefused: flags.given("assume-refused"),
    name: grantName(flags),
    version: versionFlag(flags),
    into: intoFlag(flags),
    output: flags.choice("output", GRANT_OUTPUTS, "yaml"),
  };
}

function auditPlan(flags: Flags): AuditPlan {
  const failOn: ExitPolicy["failOn"] = flags.choice("fail-on", FAIL_ON_CHOICES, "error");
  const output: OutputFormat = flags.choice("output", AUDIT_OUTPUTS, "text");
  const namespace = namespaceFlag(flags);
  return {
    command: "audit",
    source: source(flags),
    namespace: flags.given("all-namespaces") ? null : namespace,
    selector: selectorFlag(flags),
    ignore: {
      rules: ignoreRules(flags),
      annotations: !flags.given("no-ignore-annotations"),
    },
    output,
    exit: { failOn, allowUnknown: flags.given("allow-unknown") },
    headers: !flags.given("no-headers"),
    color: flags.choice("color", COLOR_CHOICES, "auto"),
  };
}

/** The implementation that a word names, by its id or its title. */
function implementation(word: string, flags: Flags): ImplementationId {
  const ids = Object.keys(IMPLEMENTATIONS).filter((id): id is ImplementationId => id in IMPLEMENTATIONS);
  const wanted = word.toLowerCase();
  const found = ids.find((id) => id === wanted || IMPLEMENTATIONS[id].title.toLowerCase() === wanted);
  if (found !== undefined) return found;
  const near = nearWord(wanted, ids) ?? ids.find((id) => id.includes(wanted));
  const meant = near === undefined ? "" : ` (did you mean ${near}?)`;
  throw flags.usage(`--implementation: there is no ${JSON.stringify(word)}${meant}, only ${ids.join(", ")}`);
}

/** The kinds that a word names, in the catalogue's order. */
function kindsOfType(word: string, flags: Flags): readonly GroupKind[] {
  const kinds = kindsNamed(word);
  if (kinds.length > 0) return kinds;
  const near = nearKindWord(word, kindWords());
  const meant = near === null ? "" : ` (did you mean ${near}?)`;
  throw flags.usage(`the catalogue knows no kind ${JSON.stringify(word)}${meant}`);
}

/** Values that hold several, split at commas. An empty one would silently ask for everything. */
function split(values: readonly string[], source: string, flags: Flags): readonly string[] {
  const words = values.flatMap((value) => value.split(",")).map((word) => word.trim());
  if (words.includes("")) throw flags.usage(`${source} holds an empty name`);
  return words;
}

function cataloguePlan(flags: Flags, type: string | null): CataloguePlan {
  const given = flags.list("kind");
  if (type !== null && given.length > 0) {
    throw flags.usage(`--kind is another way to write TYPE: give one of them, as in ${type},${given.join(",")}`);
  }
  const types = type === null ? split(given, "--kind", flags) : split([type], "TYPE", flags);
  const kinds = types.flatMap((word) => kindsOfType(word, flags));
  return {
    command: "catalogue",
    filter: {
      kinds: kinds.filter((kind, index) => kinds.indexOf(kind) === index),
      implementations: split(flags.list("implementation"), "--implementation", flags).map((word) =>
        implementation(word, flags),
      ),
    },
    output: flags.choice("output", CATALOGUE_OUTPUTS, "text"),
    headers: !flags.given("no-headers"),
    color: flags.choice("color", COLOR_CHOICES, "auto"),
  };
}

function shell(given: string | null, flags: Flags): Shell {
  const shells = SHELLS.join(", ");
  if (given === null) throw flags.usage(`completion takes the name of a shell, one of ${shells}`);
  const found = SHELLS.find((name) => name === given.toLowerCase());
  if (found !== undefined) return found;
  const near = nearWord(given.toLowerCase(), SHELLS);
  const meant = near === null ? "" : ` (did you mean ${near}?)`;
  throw flags.usage(`completion has nothing for ${JSON.stringify(given)}${meant}, only for ${shells}`);
}

/**
 * What a command line asks for, with every default applied.
 *
 * @throws RefgrantError("usage")
 */
export function planOf(line: CommandLine): Plan {
  if (line.asks === "help") return { command: "help", text: line.text };
  if (line.asks === "completion") return { command: "complete", words: line.words };
  const { command, called, given } = line;
  if (command === VERSION) return versionPlan(line);
  const flags = readFlags(given.flags, command.flags, called);
  if (command === WHY_DENIED) return whyDeniedPlan(flags, given.words);
  if (command === EXPLAIN) return explainPlan(flags, given.words);
  if (command === SCAFFOLD) return scaffoldPlan(flags, given.words);
  const argument = onlyArgument(flags, command, given.words);
  if (command === COMPLETION) return { command: "completion", shell: shell(argument, flags) };
  if (command === CATALOGUE) return cataloguePlan(flags, argument);
  return auditPlan(flags);
}

/**
 * Reads a command line: `argv` without the interpreter and the script. No input, no output.
 *
 * @param program what the user calls the tool: `kubectl refgrant`
 * @throws RefgrantError("usage")
 */
export function parse(argv: readonly string[], program: string): Plan {
  return planOf(readCommandLine(argv, program));
}
