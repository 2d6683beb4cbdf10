import { worldOf } from "../../cmd/world.ts";
import type { ClusterReader } from "../../src/load/cluster/open.ts";
import type { Inquiry } from "../../src/model/answer.ts";
import type { Decision } from "../../src/model/decision.ts";
import { formatPath, keyOf, type ObjectId } from "../../src/model/object.ts";
import type { Advice, Change } from "../../src/model/remedy.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { inquire } from "../../src/pipeline.ts";
import { jsonPatch, type PatchOperation } from "../../src/render/json-patch.ts";
import { type Manifest, reportOn, snapshotOf } from "../harness/world.ts";

/** A decision and what is advised on it. */
export interface Advised {
  readonly decision: Decision;
  readonly advice: Advice | null;
}

/** The advice on every decision of some objects, as it is given from a world that was read at once. */
export function advisedOn(snapshot: Snapshot, ...objects: readonly ObjectId[]): readonly Advised[] {
  return inAll(inquire(snapshot, { objects, hops: false }).answer);
}

/** The same, as it is given from a cluster that is read by needs. */
export async function advisedThrough(
  reader: ClusterReader,
  ...objects: readonly ObjectId[]
): Promise<readonly Advised[]> {
  return inAll(await worldOf(reader, null).ask((world) => inquire(world, { objects, hops: false })));
}

const inAll = ({ answers }: Inquiry): readonly Advised[] =>
  answers.flatMap(({ decisions, advice }) =>
    decisions.map((decision) => ({ decision, advice: advice.get(decision) ?? null })),
  );

/** A field and the regime it is judged under. What a selector brings in is told apart by what it is. */
export function identity({ reference }: Decision): string {
  return [
    keyOf(reference.referrer),
    formatPath(reference.path),
    reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "",
    reference.handshake !== "none" && reference.implicit ? keyOf(reference.referent) : "",
  ].join(" ");
}

type Plain = { [key: string]: unknown };

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const same = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => same(item, b[at]));
  if (!isPlain(a) || !isPlain(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
};

/** Applies a JSON patch as RFC 6902 says, to a copy. What does not apply throws. */
export function patched(document: unknown, operations: readonly PatchOperation[]): unknown {
  const root: { document: unknown } = { document: JSON.parse(JSON.stringify(document)) };
  for (const operation of operations) {
    const steps = operation.path
      .split("/")
      .slice(1)
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = steps.at(-1) ?? "document";
    let at: unknown = steps.length === 0 ? root : root.document;
    for (const step of steps.slice(0, -1)) {
      if (Array.isArray(at)) at = at[Number(step)];
      else if (isPlain(at) && Object.hasOwn(at, step)) at = at[step];
      else throw new Error(`${operation.path}: nothing at ${step}`);
    }
    if (Array.isArray(at)) {
      const index = last === "-" ? at.length : Number(last);
      const most = operation.op === "add" ? at.length : at.length - 1;
      if (!/^(-|0|[1-9]\d*)$/.test(last) || index > most) throw new Error(`${operation.path}: no such item`);
      if (operation.op === "add") at.splice(index, 0, structuredClone(operation.value));
      else if (operation.op === "remove") at.splice(index, 1);
      else if (operation.op === "replace") at[index] = structuredClone(operation.value);
      else if (!same(at[index], operation.value)) throw new Error(`${operation.path}: the test fails`);
    } else if (isPlain(at)) {
      if (operation.op !== "add" && !Object.hasOwn(at, last)) throw new Error(`${operation.path}: not there`);
      if (operation.op === "remove") delete at[last];
      else if (operation.op === "test") {
        if (!same(at[last], operation.value)) throw new Error(`${operation.path}: the test fails`);
      } else {
        // A key may be called `__proto__`, which is not to be assigned to.
        const value = structuredClone(operation.value);
        Object.defineProperty(at, last, { value, configurable: true, enumerable: true, writable: true });
      }
    } else throw new Error(`${operation.path}: neither an object nor a list`);
  }
  return root.document;
}

function isOf(manifest: Manifest, id: ObjectId): boolean {
  const { apiVersion, metadata }: { apiVersion?: string; metadata?: { namespace?: string; name?: string } } =
    Object(manifest);
  const group = apiVersion?.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return (
    group === id.group &&
    manifest.kind === id.kind &&
    (metadata?.namespace ?? null) === id.namespace &&
    metadata?.name === id.name
  );
}

/** The manifests after some changes, made by JSON patch as kubectl would. */
export function manifestsAfter(manifests: readonly Manifest[], changes: readonly Change[]): readonly Manifest[] {
  let world = manifests;
  for (const change of changes) {
    const there = world.some((manifest) => isOf(manifest, change.id));
    if (there !== (change.change === "edit")) throw new Error(`to ${change.change}: ${keyOf(change.id)}`);
    if (change.change === "create") world = [...world, { kind: change.id.kind, ...change.manifest }];
    else {
      const operations = jsonPatch(change.edits);
      world = world.map((manifest) =>
        isOf(manifest, change.id) ? { kind: change.id.kind, ...Object(patched(manifest, operations)) } : manifest,
      );
    }
  }
  return world;
}

const shown = ({ kind, namespace, name }: ObjectId): string =>
  `${kind} ${namespace === null ? "" : `${namespace}/`}${name}`;

function shownChange(change: Change): string {
  if (change.change === "create") return `create ${shown(change.id)}`;
  const edits = change.edits.map(
    ({ path, was, value }) => `${formatPath(path)}: ${JSON.stringify(was) ?? "-"} → ${JSON.stringify(value) ?? "-"}`,
  );
  return `${shown(change.id)} ${edits.join(", ")}`;
}

/** Advice in a line for each repair, or one for a way out. */
export function saidOf(advice: Advice | null): readonly string[] {
  if (advice === null) return ["nothing"];
  if (advice.advice === "repair")
    return advice.repairs.map(({ repair, change }) => `${repair}: ${shownChange(change)}`);
  const { wayOut } = advice;
  switch (wayOut.way) {
    case "create-parent":
      return [
        `create-parent ${shown(wayOut.parent)}${wayOut.elsewhere.length === 0 ? "" : ", there is one elsewhere"}`,
      ];
    case "create-target": {
      const elsewhere = wayOut.elsewhere.map((id) => `, there is ${shown(id)}`).join("");
      return [
        `create-target ${shown(wayOut.target)}${elsewhere}${wayOut.near === null ? "" : `, near ${wayOut.near}`}`,
      ];
    }
    case "create-namespace": {
      const elsewhere = wayOut.elsewhere.map((id) => `, there is ${shown(id)}`).join("");
      return [
        `create-namespace ${wayOut.target.namespace}${elsewhere}${wayOut.near === null ? "" : `, near ${wayOut.near}`}`,
      ];
    }
    case "add-listener":
      return [`add-listener ${wayOut.protocols.join(" or ")}`];
    case "keep-local":
      return [`keep-local ${shown(wayOut.target)}`];
    case "correct-kind":
      return [`correct-kind ${wayOut.meant.kind}`];
    case "wrong-kind":
      return [`wrong-kind: takes ${wayOut.takes.map(({ kind }) => kind).join(", ")}`];
    case "look":
      return wayOut.gaps.map(({ cause }) => `look: ${cause}`);
    case "ask-implementation":
      return [`ask-implementation: ${wayOut.gap.detail}`];
    case "repair-and-ask":
      return ["repair-and-ask", ...wayOut.repairs.map(({ repair, change }) => `${repair}: ${shownChange(change)}`)];
    case "install-grants":
    case "none":
      return [wayOut.way];
  }
}

/** The advice on one object of some manifests, for each reference that it is given on, by `field: advice`. */
export function adviceOn(manifests: readonly Manifest[], name: string, closed = true): readonly string[] {
  const snapshot = snapshotOf(manifests, closed);
  const object = [...snapshot.objects.values()].find(({ id }) => shown(id) === name);
  if (object === undefined) throw new Error(`there is no ${name}`);
  return advisedOn(snapshot, object.id).flatMap(({ decision, advice }) => {
    if (advice === null) return [];
    if (advice.advice === "repair") prove(manifests, decision, advice, closed);
    return saidOf(advice).map((line) => `${formatPath(decision.reference.path)} ${line}`);
  });
}

/** What is advised has to help: the patches are applied, and the reference is permitted then. */
function prove(
  manifests: readonly Manifest[],
  decision: Decision,
  { repairs }: Extract<Advice, { readonly advice: "repair" }>,
  closed: boolean,
): void {
  const changes = repairs.map(({ change }) => change);
  const before = reportOn(manifests, closed).decisions;
  const after = reportOn(manifestsAfter(manifests, changes), closed).decisions;
  if (repairs.some(({ repair }) => repair === "remove-reference")) {
    if (after.length !== before.length - 1) throw new Error("more than one reference is gone");
    return;
  }
  const key = identity(decision);
  const now = after.find((one) => identity(one) === key);
  if (now?.outcome.verdict !== "permitted") throw new Error(`${key} is ${now?.outcome.verdict} after what was advised`);
}
