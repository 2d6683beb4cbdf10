import { Parser } from "yargs/helpers";
import { namesNamespace } from "../src/catalogue/names.ts";
import type { ConnectionOptions } from "../src/load/cluster/options.ts";
import { RefgrantError } from "../src/model/failure.ts";
import type { LabelRequirement } from "../src/model/labels.ts";
import type { Command } from "./commands/command.ts";
import type { Flag, FlagName } from "./options.ts";
import type { ObjectScope, SourcePlan, TargetWord } from "./plan.ts";
import { parseDuration, parseSelector } from "./values.ts";

/** What flags say that several commands have. */

const DEFAULT_CHUNK_SIZE = 10_000;

/** The flags of one command line, by name. */
export class Flags {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #command: string;

  constructor(values: ReadonlyMap<string, unknown>, command: string) {
    this.#values = values;
    this.#command = command;
  }

  given(name: FlagName): boolean {
    return this.#values.get(name) === true;
  }

  /** The last value given; null if there is none. */
  value(name: FlagName): string | null {
    const value = this.#values.get(name);
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    return typeof last === "string" ? last : null;
  }

  list(name: FlagName): readonly string[] {
    const value = this.#values.get(name);
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.filter((item) => typeof item === "string");
  }

  /** One of a few words; any case where kubectl takes any. */
  choice<const T extends string>(name: FlagName, choices: readonly T[], fallback: T): T {
    const value = this.value(name);
    if (value === null) return fallback;
    const chosen = choices.find((choice) => choice === value.toLowerCase());
    if (chosen === undefined) throw this.usage(`--${name} takes ${choices.join(", ")}, not ${JSON.stringify(value)}`);
    return chosen;
  }

  usage(message: string): RefgrantError {
    return new RefgrantError("usage", message, `See '${this.#command} --help' for usage.`);
  }
}

/** Lets yargs read what has been brought into one form. Its parser alone is enough: help and errors are this tool's own. */
export function readFlags(words: readonly string[], flags: readonly Flag[], command: string): Flags {
  const named = (chosen: readonly Flag[]) => chosen.map(({ name }) => name);
  const { argv, error } = Parser.detailed([...words], {
    boolean: named(flags.filter(({ takes }) => takes === "nothing")),
    string: named(flags.filter(({ takes }) => takes !== "nothing")),
    configuration: { "camel-case-expansion": false, "boolean-negation": false, "dot-notation": false },
  });
  if (error !== null) throw new RefgrantError("usage", error.message, `See '${command} --help' for usage.`);
  return new Flags(new Map(Object.entries(argv)), command);
}

function connection(flags: Flags): ConnectionOptions {
  const timeout = flags.value("request-timeout");
  return {
    kubeconfig: flags.value("kubeconfig"),
    context: flags.value("context"),
    cluster: flags.value("cluster"),
    user: flags.value("user"),
    server: flags.value("server"),
    tlsServerName: flags.value("tls-server-name"),
    insecureSkipTlsVerify: flags.given("insecure-skip-tls-verify") ? true : null,
    certificateAuthority: flags.value("certificate-authority"),
    clientCertificate: flags.value("client-certificate"),
    clientKey: flags.value("client-key"),
    token: flags.value("token"),
    username: flags.value("username"),
    password: flags.value("password"),
    as: flags.value("as"),
    asUid: flags.value("as-uid"),
    asGroup: flags.list("as-group"),
    asUserExtra: flags.list("as-user-extra"),
    requestTimeoutMs: timeout === null ? 0 : parseDuration(timeout, (message) => flags.usage(message)),
    disableCompression: flags.given("disable-compression"),
  };
}

function chunkSize(flags: Flags): number {
  const value = flags.value("chunk-size");
  if (value === null) return DEFAULT_CHUNK_SIZE;
  if (!/^\d{1,9}$/.test(value)) throw flags.usage(`--chunk-size takes a whole number, not ${JSON.stringify(value)}`);
  return Number(value);
}

/** Where the world is read from. */
export function source(flags: Flags): SourcePlan {
  const filenames = flags.list("filename").flatMap((names) => names.split(","));
  if (filenames.includes("")) throw flags.usage("-f names no file");
  if (filenames.filter((name) => name === "-").length > 1)
    throw flags.usage("standard input (-f -) can be read once only");
  // Of no use with files, and a slip all the same.
  const pageSize = chunkSize(flags);
  if (filenames.length > 0) {
    return {
      from: "files",
      filenames,
      recursive: flags.given("recursive"),
      closedWorld: flags.given("closed-world"),
      namespace: flags.value("namespace") || null,
      connection: connection(flags),
    };
  }
  for (const name of ["recursive", "closed-world"] as const) {
    if (flags.given(name)) throw flags.usage(`--${name} is about files: it goes with -f`);
  }
  return { from: "cluster", connection: connection(flags), chunkSize: pageSize };
}

/** The one namespace that -n names; null where it is not given, or empty. */
export function namespaceFlag(flags: Flags, name: "namespace" | "to-namespace" = "namespace"): string | null {
  const namespace = flags.value(name);
  if (namespace === null || namespace === "") return null;
  if (namesNamespace(namespace)) return namespace;
  const spelled = name === "namespace" ? "-n" : `--${name}`;
  throw flags.usage(`${spelled} takes the name of one namespace, not ${JSON.stringify(namespace)}`);
}

/** The labels that -l asks for; none where it is not given. */
export function selectorFlag(flags: Flags): readonly LabelRequirement[] {
  const selector = flags.value("selector");
  return selector === null ? [] : parseSelector(selector, (message) => flags.usage(message));
}

/** The objects that a command is about. */
export function objectScope(flags: Flags, targets: readonly TargetWord[]): ObjectScope {
  const selector = selectorFlag(flags);
  if (selector.length > 0 && targets.some(({ name }) => name !== null)) {
    throw flags.usage("a name and -l do not go together: labels choose among all objects of a type");
  }
  return { targets, namespace: namespaceFlag(flags), allNamespaces: flags.given("all-namespaces"), selector };
}

/** The one word of a command that takes one at most; null where it is not given. */
export function onlyArgument(flags: Flags, { name, argument }: Command, words: readonly string[]): string | null {
  const [surplus] = argument === undefined ? words : words.slice(1);
  if (surplus === undefined) return words[0] ?? null;
  const takes = argument === undefined ? "no arguments" : `one ${argument}`;
  throw flags.usage(`${name} takes ${takes}, found ${JSON.stringify(surplus)}`);
}
