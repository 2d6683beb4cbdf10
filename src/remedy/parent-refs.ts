import { GATEWAY, isRoute } from "../catalogue/kinds.ts";
import { makerOf } from "../catalogue/makers.ts";
import { Field } from "../model/fields.ts";
import { type FieldPath, type KubeObject, keyOf, type ObjectId } from "../model/object.ts";
import type { Repair } from "../model/remedy.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { editsOf } from "./edits.ts";
import { bodyOf } from "./world.ts";

/**
 * What the CRDs of routes ask of `parentRefs` as a list, by their rules in CEL: references to one parent all name a section, or
 * none does, and no two name the same. The experimental channel asks the same of sections and ports together.
 */

interface ParentRef {
  readonly parent: string;
  /** Empty where none is named. */
  readonly section: string;
  readonly port: number;
}

function parentRefsOf({ id, body }: KubeObject): readonly ParentRef[] {
  return Field.silent(body)
    .at("spec")
    .at("parentRefs")
    .items()
    .map((item) => {
      const parent: ObjectId = {
        group: item.at("group").text() ?? GATEWAY.group,
        kind: item.at("kind").text() ?? GATEWAY.kind,
        namespace: item.at("namespace").text() || id.namespace,
        name: item.at("name").text() ?? "",
      };
      return {
        parent: keyOf(parent),
        section: item.at("sectionName").text() ?? "",
        port: item.at("port").integer() ?? 0,
      };
    });
}

/** The channels whose CRDs refuse the list. */
function refusingChannels(refs: readonly ParentRef[]): ReadonlySet<string> {
  const pairs = refs.flatMap((one, index) => refs.slice(index + 1).map((other) => [one, other] as const));
  const ofOne = pairs.filter(([one, other]) => one.parent === other.parent);
  const refuses = (channel: string, isRefused: (one: ParentRef, other: ParentRef) => boolean) =>
    ofOne.some(([one, other]) => isRefused(one, other)) ? [channel] : [];
  const unlike = (one: ParentRef, other: ParentRef) => (one.section === "") !== (other.section === "");
  return new Set([
    ...refuses("standard", (one, other) => unlike(one, other) || one.section === other.section),
    ...refuses(
      "experimental",
      (one, other) =>
        unlike(one, other) ||
        (one.port === 0) !== (other.port === 0) ||
        (one.section === other.section && one.port === other.port),
    ),
  ]);
}

/** Would an API server that takes the route as it is refuse it after a change, for its parents alone? */
export function breaksParents(id: ObjectId, before: Snapshot, after: Snapshot): boolean {
  const [was, is] = [before.objects.get(keyOf(id)), after.objects.get(keyOf(id))];
  if (was === undefined || is === undefined || !isRoute(id)) return false;
  const known = refusingChannels(parentRefsOf(was));
  return [...refusingChannels(parentRefsOf(is))].some((channel) => !known.has(channel));
}

type Removal = Extract<Repair, { readonly repair: "remove-reference" }>;

/** Does one take in all listeners that the other does? */
const covers = (one: ParentRef, other: ParentRef): boolean =>
  one.parent === other.parent &&
  (one.section === "" || one.section === other.section) &&
  (one.port === 0 || one.port === other.port);

/**
 * The removal of a parentRef that repairs would make say what another says already; null where none does.
 *
 * @param after the world after the repairs
 */
export function removalOf(repairs: readonly Repair[], before: Snapshot, after: Snapshot): Removal | null {
  const repair = repairs.find((one) => one.repair === "correct-reference");
  if (repair === undefined) return null;
  const { reference } = repair;
  const index = reference.path.at(-1);
  const object = before.objects.get(keyOf(reference.referrer));
  const corrected = after.objects.get(keyOf(reference.referrer));
  if (object === undefined || corrected === undefined || typeof index !== "number") return null;
  const refs = parentRefsOf(corrected);
  const own = refs[index];
  const same = refs.findIndex((other, at) => at !== index && own !== undefined && covers(other, own));
  const edits = same < 0 ? null : editsOf(bodyOf(object), [{ path: reference.path, value: undefined }]);
  if (edits === null) return null;
  const change = { change: "edit", id: reference.referrer, edits } as const;
  const list: FieldPath = reference.path.slice(0, -1);
  return { repair: "remove-reference", change, maker: makerOf(object), reference, same: [...list, same] };
}
