import {
  AUDIT_OUTPUTS,
  CATALOGUE_OUTPUTS,
  COLOR_CHOICES,
  FAIL_ON_CHOICES,
  GRANT_OUTPUTS,
  GRANT_VERSIONS,
  OBJECT_OUTPUTS,
} from "./choices.ts";
import { CONNECTION_FLAGS } from "./connection-flags.ts";

/** One flag: its name is the only place where it is spelled, its words the only place where it is described. */
export interface Flag {
  readonly name: string;
  /** One letter, as kubectl has it. */
  readonly short?: string;
  /** `list`: may be given several times. `list-of-lists`: each value may also hold several, split at commas. */
  readonly takes: "nothing" | "value" | "list" | "list-of-lists";
  /** What the value is called in the help. */
  readonly value?: string;
  /** All words that the value may be, where they are few. */
  readonly choices?: readonly string[];
  readonly describe: string;
  readonly group: "Source" | "Scope" | "Grant" | "Output" | "Connection";
}

const SOURCE = [
  {
    name: "filename",
    short: "f",
    takes: "list-of-lists",
    value: "FILENAME",
    describe: "Read manifests instead of a cluster: files, folders, globs, or - for standard input",
    group: "Source",
  },
  {
    name: "recursive",
    short: "R",
    takes: "nothing",
    describe: "Look into the folders of folders given with -f",
    group: "Source",
  },
  {
    name: "closed-world",
    takes: "nothing",
    describe: "With -f: what the files do not hold does not exist (without it, it is unknown)",
    group: "Source",
  },
  {
    name: "chunk-size",
    takes: "value",
    value: "N",
    describe: "Ask the cluster for lists in pages of this many objects; 0 for all at once (default 10000)",
    group: "Source",
  },
] as const satisfies readonly Flag[];

const SCOPE = [
  {
    name: "namespace",
    short: "n",
    takes: "value",
    value: "NAMESPACE",
    describe: "Report only what starts or ends in this namespace; with -f also the namespace of objects without one",
    group: "Scope",
  },
  {
    name: "all-namespaces",
    short: "A",
    takes: "nothing",
    describe: "Report on all namespaces: the default; overrides -n",
    group: "Scope",
  },
  {
    name: "selector",
    short: "l",
    takes: "value",
    value: "SELECTOR",
    describe: "Report only on objects with these labels, for example -l team=a,tier!=test",
    group: "Scope",
  },
] as const satisfies readonly Flag[];

/** The scope of commands about single objects: kubectl's own meaning. */
const OBJECT_SCOPE = [
  {
    name: "namespace",
    short: "n",
    takes: "value",
    value: "NAMESPACE",
    describe: "Namespace of the objects (default: that of the context); with -f also of objects without one",
    group: "Scope",
  },
  {
    name: "all-namespaces",
    short: "A",
    takes: "nothing",
    describe: "Look for the objects in all namespaces",
    group: "Scope",
  },
  {
    name: "selector",
    short: "l",
    takes: "value",
    value: "SELECTOR",
    describe: "Only objects with these labels, where no name is given: -l team=a,tier!=test",
    group: "Scope",
  },
] as const satisfies readonly Flag[];

const OBJECT_OUTPUT = {
  name: "output",
  short: "o",
  takes: "value",
  value: "FORMAT",
  choices: OBJECT_OUTPUTS,
  describe: "json, yaml: everything, in a versioned schema",
  group: "Output",
} as const satisfies Flag;

const NO_HEADERS = {
  name: "no-headers",
  takes: "nothing",
  describe: "Print tables without their head lines",
  group: "Output",
} as const satisfies Flag;

const COLOR = {
  name: "color",
  takes: "value",
  value: "WHEN",
  choices: COLOR_CHOICES,
  describe: "auto, always or never (default auto; NO_COLOR is honoured)",
  group: "Output",
} as const satisfies Flag;

const OUTPUT = [
  {
    name: "output",
    short: "o",
    takes: "value",
    value: "FORMAT",
    choices: AUDIT_OUTPUTS,
    describe: "wide: one line for every permission and reference. json, yaml: everything, in a versioned schema",
    group: "Output",
  },
  {
    name: "fail-on",
    takes: "value",
    value: "SEVERITY",
    choices: FAIL_ON_CHOICES,
    describe: "Lowest severity that makes the exit code 1: error, warning, info or never (default error)",
    group: "Output",
  },
  {
    name: "ignore",
    takes: "list-of-lists",
    value: "CODE[:NAMESPACE/NAME]",
    describe:
      "Leave findings with this code out, or only those on one object (CODE:NAME if it has no namespace); may be repeated",
    group: "Output",
  },
  {
    name: "no-ignore-annotations",
    takes: "nothing",
    describe: "Disregard the annotation kubectl-refgrant/ignore, by which an object's owner silences findings on it",
    group: "Output",
  },
  {
    name: "allow-unknown",
    takes: "nothing",
    describe: "Exit 0 instead of 4 when some verdict is unknown or not all referrers could be seen",
    group: "Output",
  },
  NO_HEADERS,
  COLOR,
] as const satisfies readonly Flag[];

export const AUDIT_FLAGS = [...SOURCE, ...SCOPE, ...OUTPUT, ...CONNECTION_FLAGS] as const;

export const WHY_DENIED_FLAGS = [
  ...SOURCE,
  ...OBJECT_SCOPE,
  OBJECT_OUTPUT,
  {
    name: "verbose",
    short: "v",
    takes: "nothing",
    describe: "Show every near miss, every listener and every permitted reference",
    group: "Output",
  },
  COLOR,
  ...CONNECTION_FLAGS,
] as const;

export const EXPLAIN_FLAGS = [
  ...SOURCE,
  ...OBJECT_SCOPE,
  {
    name: "to",
    takes: "value",
    value: "TYPE/NAME",
    describe: "Tell of this one target whether objects of TYPE in the namespace may reference it; it need not exist",
    group: "Scope",
  },
  {
    name: "to-namespace",
    takes: "value",
    value: "NAMESPACE",
    describe: "Namespace of the target given with --to (default: that of the objects)",
    group: "Scope",
  },
  OBJECT_OUTPUT,
  NO_HEADERS,
  COLOR,
  ...CONNECTION_FLAGS,
] as const;

export const SCAFFOLD_FLAGS = [
  ...SOURCE,
  ...OBJECT_SCOPE,
  {
    name: "to-namespace",
    takes: "value",
    value: "NAMESPACE",
    describe: "Only references into this namespace; where no object is named and no -n given, from all namespaces",
    group: "Scope",
  },
  {
    name: "all",
    takes: "nothing",
    describe: "Grants for every reference to another namespace that a grant decides, permitted or not",
    group: "Grant",
  },
  {
    name: "any-name",
    takes: "nothing",
    describe: "Open every object of the kinds that are referred to, not only those that are named",
    group: "Grant",
  },
  {
    name: "assume-refused",
    takes: "nothing",
    describe: "Take references for refused of which that is unknown, and grant them too",
    group: "Grant",
  },
  {
    name: "into",
    takes: "value",
    value: "referencegrant/NAME",
    describe: "Print this grant of the target's namespace with what is missing added, and all else kept",
    group: "Grant",
  },
  {
    name: "name",
    takes: "value",
    value: "NAME",
    describe: "Name of new grants (default: made from what they say, the same every time)",
    group: "Grant",
  },
  {
    name: "api-version",
    takes: "value",
    value: "VERSION",
    choices: GRANT_VERSIONS,
    describe:
      "v1, v1beta1 or v1alpha2 (default: what the cluster serves, v1 first; with -f v1beta1, which every release from v0.6.0 on serves)",
    group: "Grant",
  },
  {
    name: "output",
    short: "o",
    takes: "value",
    value: "FORMAT",
    choices: GRANT_OUTPUTS,
    describe: "yaml (default), or json: one object, or a List of several",
    group: "Output",
  },
  ...CONNECTION_FLAGS,
] as const satisfies readonly Flag[];

export const CATALOGUE_FLAGS = [
  {
    name: "kind",
    takes: "list-of-lists",
    value: "KIND",
    describe: "Only references that this kind holds; in the place of TYPE, and written in the same ways",
    group: "Scope",
  },
  {
    name: "implementation",
    takes: "list-of-lists",
    value: "NAME",
    describe: "Only rules of this implementation, for example gateway-api, kong or 'Envoy Gateway'",
    group: "Scope",
  },
  {
    name: "output",
    short: "o",
    takes: "value",
    value: "FORMAT",
    choices: CATALOGUE_OUTPUTS,
    describe:
      "wide: with releases, peculiarities and sources. name: ids. json, yaml: everything, in a versioned schema",
    group: "Output",
  },
  NO_HEADERS,
  COLOR,
] as const satisfies readonly Flag[];

export const VERSION_FLAGS = [
  {
    name: "output",
    short: "o",
    takes: "value",
    value: "FORMAT",
    choices: OBJECT_OUTPUTS,
    describe: "json or yaml",
    group: "Output",
  },
  { name: "client", takes: "nothing", describe: "Taken for kubectl's sake; no server is asked", group: "Output" },
] as const satisfies readonly Flag[];

export const HELP_FLAG: Flag = {
  name: "help",
  short: "h",
  takes: "nothing",
  describe: "Show this help",
  group: "Output",
};

/** Every flag there is, so that asking for one that does not exist does not compile. */
export type FlagName = (
  | typeof AUDIT_FLAGS
  | typeof WHY_DENIED_FLAGS
  | typeof EXPLAIN_FLAGS
  | typeof SCAFFOLD_FLAGS
  | typeof CATALOGUE_FLAGS
  | typeof VERSION_FLAGS
)[number]["name"];
