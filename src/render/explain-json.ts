import { IMPLEMENTATIONS } from "../catalogue/implementations.ts";
import { kindsOf } from "../catalogue/protocols.ts";
import { rowOf } from "../catalogue/rows.ts";
import type { Decision } from "../model/decision.ts";
import type {
  AdmittedNamespaces,
  Change,
  Explanation,
  FieldExplanation,
  FieldRule,
  GrantExplanation,
  HolderMeaning,
  Incoming,
  NamespaceExplanation,
  ObjectExplanation,
  PairExplanation,
  TargetKind,
  Way,
} from "../model/explanation.ts";
import type { GrantFrom, GrantTo } from "../model/grant.ts";
import type { Locate } from "../model/object.ts";
import { decisionJson } from "./decision-json.ts";
import { lineFor, linesOf, needMeans } from "./explain-field.ts";
import { findingJson, gapJson, idJson } from "./finding-json.ts";
import { jsonText } from "./json-text.ts";
import { SCHEMA_VERSIONS } from "./schema-versions.ts";
import { adviceJson, judgementJson } from "./why-denied-json.ts";
import { yamlText } from "./yaml-text.ts";

/** The decisions that an explanation speaks of, once each: everything else names them by their place. */
class Decisions {
  readonly #places = new Map<Decision, number>();

  placeOf(decision: Decision): number {
    const known = this.#places.get(decision);
    if (known !== undefined) return known;
    this.#places.set(decision, this.#places.size);
    return this.#places.size - 1;
  }

  placesOf(decisions: readonly Decision[]): readonly number[] {
    return decisions.map((decision) => this.placeOf(decision));
  }

  get places(): ReadonlyMap<Decision, number> {
    return this.#places;
  }

  json(locate: Locate): readonly object[] {
    return [...this.#places.keys()].map((decision) => decisionJson(decision, locate));
  }
}

const fromJson = ({ group, kind, namespace }: GrantFrom): object => ({ group, kind, namespace });
const toJson = ({ group, kind, name }: GrantTo): object => ({ group, kind, name });

const changesJson = (changes: readonly Change[], decisions: Decisions, locate: Locate): readonly object[] =>
  changes.map(({ before, after }) => ({ decision: decisions.placeOf(before), after: decisionJson(after, locate) }));

function grantJson(explanation: GrantExplanation, decisions: Decisions): object {
  const { grant, inForce, usage, pairs, opened, ifDeleted, tighter, locate } = explanation;
  return {
    apiVersion: grant.apiVersion,
    terminating: grant.terminating,
    rejected: grant.rejected,
    inForce,
    usage,
    from: grant.from.map(({ index, entry }) => ({ index, ...fromJson(entry) })),
    to: grant.to.map(({ index, entry }) => ({ index, ...toJson(entry) })),
    pairs: pairs.map((pair) => ({
      from: pair.from,
      to: pair.to,
      inert: pair.inert,
      usage: pair.usage,
      uses: decisions.placesOf(pair.uses),
      perhaps: decisions.placesOf(pair.perhaps),
      missing: pair.missing.map(idJson),
      hidden: pair.hidden.map(gapJson),
    })),
    opened: opened.map(({ groupKind: { group, kind }, count }) => ({ group, kind, count })),
    ifDeleted: changesJson(ifDeleted, decisions, locate),
    tighter: tighter.map(({ from, to }) => ({ from: from.map(fromJson), to: to.map(toJson) })),
  };
}

function incomingJson({ entries, crossing, local }: Incoming, decisions: Decisions): object {
  return {
    openedBy: entries.map(({ grant, from, to, uses, perhaps }) => ({
      grant: { namespace: grant.id.namespace, name: grant.id.name },
      from,
      to,
      uses: decisions.placesOf(uses),
      perhaps: decisions.placesOf(perhaps),
    })),
    crossing: decisions.placesOf(crossing),
    local: decisions.placesOf(local),
  };
}

const namespacesJson = ({ names, undecided, hidden }: AdmittedNamespaces): object => ({
  names,
  undecided,
  hidden: hidden === null ? null : gapJson(hidden),
});

function holderJson({ holder, listeners, adders, sets }: HolderMeaning, decisions: Decisions, locate: Locate): object {
  return {
    listeners: listeners.map(({ listener, admitted, attached, ifDeleted }) => ({
      name: listener.name,
      protocol: listener.protocol,
      port: listener.port,
      hostname: listener.hostname,
      kinds: kindsOf(listener),
      from: listener.namespaces.from,
      namespaces: namespacesJson(admitted),
      attached: decisions.placesOf(attached),
      ifDeleted: changesJson(ifDeleted, decisions, locate),
    })),
    allowedListeners:
      holder.holder === "gateway" && adders !== null
        ? { from: holder.allowedListeners.from, namespaces: namespacesJson(adders) }
        : null,
    listenerSets: decisions.placesOf(sets),
  };
}

function objectJson(explanation: ObjectExplanation, decisions: Decisions): object {
  const { outgoing, incoming, holder, locate } = explanation;
  const references = outgoing === null ? null : decisions.placesOf(outgoing.decisions);
  const judgements = outgoing?.judgements ?? [];
  return {
    references,
    advice: [...(outgoing?.advice ?? [])].map(([decision, advice]) => ({
      decision: decisions.placeOf(decision),
      ...adviceJson(advice, explanation),
    })),
    status: judgements.map((judgement) => judgementJson(judgement, decisions.places)),
    referencedBy: incoming === null ? null : incomingJson(incoming, decisions),
    listeners: holder === null ? null : holderJson(holder, decisions, locate),
  };
}

function namespaceJson(explanation: NamespaceExplanation, decisions: Decisions): object {
  const { grants, outgoing, incoming, local, admittedBy, labels, locate } = explanation;
  return {
    grants: grants.map(({ grant, usage, inert, uses }) => ({
      namespace: grant.id.namespace,
      name: grant.id.name,
      usage,
      inert,
      uses: decisions.placesOf(uses),
    })),
    outgoing: decisions.placesOf(outgoing),
    incoming: decisions.placesOf(incoming),
    local: decisions.placesOf(local),
    admittedBy: admittedBy.map(({ holder, listener, requirements, gap }) => ({
      holder: idJson(holder),
      listener: listener?.name ?? null,
      requirements,
      gap: gap === null ? null : gapJson(gap),
    })),
    labels: labels.map(({ key, value, ifRemoved }) => ({
      key,
      value,
      ifRemoved: changesJson(ifRemoved, decisions, locate),
    })),
  };
}

function meaningJson(explanation: Explanation, decisions: Decisions): object {
  switch (explanation.explains) {
    case "grant":
      return grantJson(explanation, decisions);
    case "object":
      return objectJson(explanation, decisions);
    case "namespace":
      return namespaceJson(explanation, decisions);
  }
}

function explanationJson(explanation: Explanation): object {
  const { explains, id, object, findings, gaps, locate } = explanation;
  const decisions = new Decisions();
  const meaning = meaningJson(explanation, decisions);
  return {
    explains,
    object: idJson(id),
    read: object !== null,
    source: locate(id, []),
    meaning,
    decisions: decisions.json(locate),
    findings: findings.map((finding) => findingJson(finding, locate, decisions.places)),
    gaps: gaps.map(gapJson),
  };
}

/** Where the world of explanations was read from; of none of them nobody can tell. */
const sourceOf = ([first]: readonly Explanation[]): Explanation["source"] => first?.source ?? "cluster";

function explainData(explanations: readonly Explanation[], source: Explanation["source"]): object {
  return {
    schemaVersion: SCHEMA_VERSIONS.explain,
    source,
    objects: explanations.map(explanationJson),
  };
}

/** Explanations as JSON: decisions and findings in the shape that audit gives them. */
export function explainJson(explanations: readonly Explanation[], source = sourceOf(explanations)): string {
  return jsonText(explainData(explanations, source));
}

/** The same as YAML. */
export function explainYaml(explanations: readonly Explanation[], source = sourceOf(explanations)): string {
  return yamlText(explainData(explanations, source));
}

function wayJson(way: Way): object {
  return {
    way: way.way,
    rows: way.rows,
    decision: way.way === "decided" ? decisionJson(way.decision, () => null) : null,
    grantKind: way.way === "foreign-grant" ? { group: way.grantKind.group, kind: way.grantKind.kind } : null,
  };
}

function pairData(explanation: PairExplanation): object {
  const { source, from, namespace, name, hostnames, to, known, ways, besides, missing, verdict, enough } = explanation;
  return {
    schemaVersion: SCHEMA_VERSIONS.explain,
    source,
    pair: {
      from: { group: from.group, kind: from.kind, namespace, name, hostnames },
      to: idJson(to),
      verdict,
      known,
      ways: ways.map(wayJson),
      besides: besides.map(wayJson),
      missing: missing.map(idJson),
      enough: enough === null ? null : { from: fromJson(enough.from), to: toJson(enough.to) },
    },
  };
}

/** Whether one object may refer to another, as JSON. */
export function explainPairJson(explanation: PairExplanation): string {
  return jsonText(pairData(explanation));
}

/** The same as YAML. */
export function explainPairYaml(explanation: PairExplanation): string {
  return yamlText(pairData(explanation));
}

function fieldJson(rule: FieldRule): object {
  const row = rowOf(rule);
  const { group, kind } = row.from;
  return {
    row: row.id,
    from: { group, kind },
    path: row.path,
    below: rule.below,
    implementation: { id: row.implementation, title: IMPLEMENTATIONS[row.implementation].title },
    names: linesOf(row).map((line) => ({
      kinds: line.names.map((named) => ({ group: named.group, kind: named.kind })),
      need: line.need,
      means: needMeans(line),
      implementation: line.implementation,
      quirk: line.quirk,
      citation: line.citation,
    })),
    defaults: row.defaults === null ? null : { group: row.defaults.group, kind: row.defaults.kind },
    channel: row.channel,
    since: row.since,
    until: row.until,
    quirk: row.quirk,
    citation: row.citation,
  };
}

function targetJson({ groupKind, rows }: TargetKind): object {
  const { group, kind } = groupKind;
  const referencedBy = rows.map((id) => {
    const row = rowOf({ row: id });
    const { need } = lineFor(row, groupKind);
    return { row: id, from: { group: row.from.group, kind: row.from.kind }, path: row.path, need };
  });
  return { group, kind, referencedBy };
}

function fieldData({ rules, targets }: FieldExplanation): object {
  return {
    schemaVersion: SCHEMA_VERSIONS.explain,
    fields: rules.map(fieldJson),
    targets: targets.map(targetJson),
  };
}

/** The rules of fields as JSON. */
export function explainFieldJson(explanation: FieldExplanation): string {
  return jsonText(fieldData(explanation));
}

/** The same as YAML. */
export function explainFieldYaml(explanation: FieldExplanation): string {
  return yamlText(fieldData(explanation));
}
