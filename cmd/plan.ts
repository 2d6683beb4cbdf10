import type { ExitPolicy } from "../src/diagnose/exit-code.ts";
import type { Ignoring } from "../src/diagnose/ignore.ts";
import type { ConnectionOptions } from "../src/load/cluster/options.ts";
import type { LabelRequirement } from "../src/model/labels.ts";
import type { CatalogueFilter } from "../src/render/catalogue.ts";
import type { Shell } from "./choices.ts";

/** Where the world is read from. */
export type SourcePlan =
  | {
      readonly from: "cluster";
      readonly connection: ConnectionOptions;
      /** Items in a page; 0 for all at once. */
      readonly chunkSize: number;
    }
  | {
      readonly from: "files";
      readonly filenames: readonly string[];
      readonly recursive: boolean;
      /** Whether what the files do not hold does not exist. */
      readonly closedWorld: boolean;
      /** The namespace of objects that have none; null for that of the current context. */
      readonly namespace: string | null;
      /** For the namespace of the current context; a server is never asked. */
      readonly connection: ConnectionOptions;
    };

/** An object, or all of a kind, as the command line names it. */
export interface TargetWord {
  /** The word for the kind, as typed. */
  readonly type: string;
  /** null for every object of the kind. */
  readonly name: string | null;
}

/** One object, as the command line names it. */
export type NamedTarget = TargetWord & { readonly name: string };

/** Which objects a command is about. */
export interface ObjectScope {
  readonly targets: readonly TargetWord[];
  /** null for that of the context. */
  readonly namespace: string | null;
  readonly allNamespaces: boolean;
  readonly selector: readonly LabelRequirement[];
}

/** What `explain` is asked. */
export type ExplainTopic =
  | { readonly topic: "objects" }
  /** Whether objects of the one target may reference the other. */
  | { readonly topic: "pair"; readonly from: TargetWord; readonly to: TargetWord; readonly toNamespace: string | null }
  /** The rule for a field: a word for the kind, and the path behind it, which may be empty. */
  | { readonly topic: "field"; readonly type: string; readonly path: string };

export type DataFormat = "text" | "json" | "yaml";

export type OutputFormat = "text" | "wide" | "json" | "yaml";

/** What to do, with every default already applied: one member for each command. */
export type Plan =
  | { readonly command: "help"; readonly text: string }
  | { readonly command: "version"; readonly output: "text" | "json" | "yaml" }
  | { readonly command: "completion"; readonly shell: Shell }
  /** The words behind the program, the last of which a shell wants to be completed. */
  | { readonly command: "complete"; readonly words: readonly string[] }
  | {
      readonly command: "catalogue";
      readonly filter: CatalogueFilter;
      readonly output: OutputFormat | "name";
      readonly headers: boolean;
      readonly color: "auto" | "always" | "never";
    }
  | {
      readonly command: "why-denied";
      readonly source: SourcePlan;
      readonly scope: ObjectScope;
      readonly output: DataFormat;
      readonly verbose: boolean;
      readonly color: "auto" | "always" | "never";
    }
  | {
      readonly command: "explain";
      readonly source: SourcePlan;
      readonly scope: ObjectScope;
      readonly topic: ExplainTopic;
      readonly output: DataFormat;
      readonly headers: boolean;
      readonly color: "auto" | "always" | "never";
    }
  | {
      readonly command: "scaffold";
      readonly source: SourcePlan;
      readonly scope: ObjectScope;
      /** Only references into this namespace; null for all. */
      readonly toNamespace: string | null;
      /** For every reference that a grant decides, else for what is refused. */
      readonly all: boolean;
      readonly anyName: boolean;
      readonly assumeRefused: boolean;
      /** The name of new grants; null for one made from what they say. */
      readonly name: string | null;
      /** The version of grants; null for what the cluster serves. */
      readonly version: string | null;
      /** The grant to add to; null for grants of their own. */
      readonly into: NamedTarget | null;
      readonly output: "yaml" | "json";
    }
  | {
      readonly command: "audit";
      readonly source: SourcePlan;
      /** null for all namespaces. */
      readonly namespace: string | null;
      readonly selector: readonly LabelRequirement[];
      readonly ignore: Ignoring;
      readonly output: OutputFormat;
      readonly exit: ExitPolicy;
      readonly headers: boolean;
      readonly color: "auto" | "always" | "never";
    };

export type VersionPlan = Extract<Plan, { readonly command: "version" }>;
export type CataloguePlan = Extract<Plan, { readonly command: "catalogue" }>;
export type AuditPlan = Extract<Plan, { readonly command: "audit" }>;
export type WhyDeniedPlan = Extract<Plan, { readonly command: "why-denied" }>;
export type ExplainPlan = Extract<Plan, { readonly command: "explain" }>;
export type ScaffoldPlan = Extract<Plan, { readonly command: "scaffold" }>;
