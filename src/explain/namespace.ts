import { admissionsOf } from "../catalogue/admission.ts";
import { NAMESPACE } from "../catalogue/kinds.ts";
import { crossesNamespace, type Decision } from "../model/decision.ts";
import type { Admittance, LabelMeaning, NamespaceExplanation } from "../model/explanation.ts";
import { type LabelRequirement, NAMESPACE_NAME_LABEL } from "../model/labels.ts";
import type { Listener, ListenerHolder, NamespaceAdmission } from "../model/listener.ts";
import { altered, compareIds, compareText, type ObjectId } from "../model/object.ts";
import type { GrantReport } from "../model/report.ts";
import type { Sight } from "../model/sight.ts";
import { changesIn, type Weighed } from "./weighed.ts";

interface Door {
  readonly holder: ListenerHolder;
  readonly listener: Listener | null;
  readonly admission: NamespaceAdmission;
}

/** Every `namespaces` field of listeners and Gateways, in order. */
function doors(holders: Iterable<ListenerHolder>): readonly Door[] {
  return [...holders]
    .toSorted((a, b) => compareIds(a.id, b.id))
    .flatMap((holder) => [
      ...holder.listeners.map((listener): Door => ({ holder, listener, admission: listener.namespaces })),
      ...(holder.holder === "gateway" ? [{ holder, listener: null, admission: holder.allowedListeners }] : []),
    ]);
}

const requirementsOf = (admission: NamespaceAdmission): readonly LabelRequirement[] =>
  admission.from === "Selector" ? (admission.selector?.requirements ?? []) : [];

/** What lets the namespace in; in its own Gateways it is at home, and that is not told. */
function admittances(namespace: string, { extracted, sight }: Weighed): readonly Admittance[] {
  const { admits } = admissionsOf(sight);
  return doors(extracted.holders.values()).flatMap(({ holder, listener, admission }): readonly Admittance[] => {
    if (admission.from === "Same") return [];
    const answer = admits(admission, holder.id.namespace, namespace);
    if (answer === "no") return [];
    const gap = answer === "yes" ? null : answer;
    return [{ holder: holder.id, listener, requirements: requirementsOf(admission), gap }];
  });
}

/** The same sight of a world in which an object has one label less. */
function withoutLabel(sight: Sight, id: ObjectId, key: string): Sight {
  return {
    ...sight,
    get: (other) => {
      const object = sight.get(other);
      const isMeant =
        object !== undefined && other.kind === id.kind && other.group === id.group && other.name === id.name;
      return isMeant
        ? altered(object, { labels: new Map([...object.labels].filter(([name]) => name !== key)) })
        : object;
    },
  };
}

/** The labels that listeners ask for, of those that the namespace has. The one with its name cannot be taken away. */
function labelMeanings(id: ObjectId, admittedBy: readonly Admittance[], weighed: Weighed): readonly LabelMeaning[] {
  const labels = weighed.sight.get(id)?.labels ?? new Map<string, string>();
  const asked = new Set(admittedBy.flatMap(({ requirements }) => requirements.map(({ key }) => key)));
  const attachments = weighed.decisions.filter(({ handshake }) => handshake === "attachment");
  return [...labels]
    .filter(([key]) => asked.has(key) && key !== NAMESPACE_NAME_LABEL)
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([key, value]) => ({
      key,
      value,
      ifRemoved: changesIn(weighed, { sight: withoutLabel(weighed.sight, id, key) }, attachments).filter(
        ({ before, after }) => before.outcome.verdict !== after.outcome.verdict,
      ),
    }));
}

/** What goes into a namespace and out of it. */
export type NamespaceMeaning = Pick<
  NamespaceExplanation,
  "grants" | "outgoing" | "incoming" | "local" | "admittedBy" | "labels"
>;

/** Tells what goes into a namespace and out of it, from all references that begin or end there. */
export function meaningOfNamespace(name: string, grants: readonly GrantReport[], weighed: Weighed): NamespaceMeaning {
  const isHome = ({ reference }: Decision): boolean => reference.referrer.namespace === name;
  const crossing = weighed.decisions.filter(crossesNamespace);
  const admittedBy = admittances(name, weighed);
  return {
    grants,
    outgoing: crossing.filter(isHome),
    incoming: crossing.filter((decision) => !isHome(decision)),
    local: weighed.decisions.filter((decision) => !crossesNamespace(decision)),
    admittedBy,
    labels: labelMeanings({ ...NAMESPACE, namespace: null, name }, admittedBy, weighed),
  };
}
