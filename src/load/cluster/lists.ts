import { CORE, type KindInfo } from "../../catalogue/kinds.ts";
import { RefgrantError } from "../../model/failure.ts";
import type { Labels } from "../../model/labels.ts";
import type { KubeObject, ObjectId } from "../../model/object.ts";
import type { ServedInfo } from "./discovery.ts";
import type { PageCounter } from "./progress.ts";
import { fieldOf, isObject, listOf, textOf } from "./text.ts";
import type { Answer, Transport } from "./transport.ts";

/** What came of asking for a list, or for one object. `more`: there are others, which were not asked for. */
export type Outcome =
  | {
      readonly got: "objects";
      readonly objects: readonly KubeObject[];
      readonly unreadable: number;
      readonly more: boolean;
    }
  /** 403. `user` is whom the server takes the caller for; empty where it does not say. */
  | { readonly got: "forbidden"; readonly user: string }
  | { readonly got: "nothing"; readonly why: string; readonly cause?: RefgrantError };

/** Which objects of a list are wanted: only of a name, only with all these labels, each of one of its values; null for any. */
export interface Wanted {
  readonly name: string | null;
  readonly labels: ReadonlyMap<string, readonly string[]> | null;
  /** Whether the first page is enough. */
  readonly onePage: boolean;
}

export const ALL: Wanted = { name: null, labels: null, onePage: false };

/** How to list: objects for each page, 0 for no pages; and who is told of each page. */
export interface ListSettings {
  readonly chunkSize: number;
  readonly page: PageCounter;
  readonly wanted: Wanted;
}

const ACCEPT = {
  object: "application/json",
  // No second choice: without one a server that knows no metadata answers 406, and never with a Secret's data.
  metadata: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
} as const;
const ACCEPT_ONE = {
  object: "application/json",
  metadata: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
} as const;
/** Objects on a page, where one page is to be enough. */
export const MOST_ON_A_PAGE = 500;
const RESTARTS = 3;
const EMPTY_PAGES = 10;

/** The resource as RBAC and kubectl write it: `referencegrants.gateway.networking.k8s.io`. */
export function resourceName(info: KindInfo): string {
  return info.group === CORE ? info.plural : `${info.plural}.${info.group}`;
}

function resourcePath({ info, version }: ServedInfo, namespace: string | null): string {
  const root = info.group === CORE ? `/api/${version}` : `/apis/${info.group}/${version}`;
  return `${root}${namespace === null ? "" : `/namespaces/${encodeURIComponent(namespace)}`}/${info.plural}`;
}

function isName(text: string): boolean {
  return text !== "" && !text.includes("/");
}

/** Whether an object says that it is of another kind than the one asked for. In lists most objects say nothing of it. */
function isOther(info: KindInfo, item: unknown): boolean {
  const kind = textOf(item, "kind");
  return kind !== "" && kind !== (info.read === "metadata" ? "PartialObjectMetadata" : info.kind);
}

/** An object as a server gave it, whose labels are looked at when they are asked for: most never are. */
class ListedObject implements KubeObject {
  readonly id: ObjectId;
  readonly apiVersion: string;
  readonly terminating: boolean;
  readonly body: unknown;
  readonly #written: unknown;
  #labels: Labels | null = null;

  constructor({ info, version }: ServedInfo, namespace: string | null, name: string, item: unknown) {
    const metadata = fieldOf(item, "metadata");
    this.id = { group: info.group, kind: info.kind, namespace, name };
    this.apiVersion = info.group === CORE ? version : `${info.group}/${version}`;
    this.terminating = textOf(metadata, "deletionTimestamp") !== "";
    this.body = info.read === "metadata" ? null : item;
    this.#written = fieldOf(metadata, "labels");
  }

  get labels(): Labels {
    this.#labels ??= labelsIn(this.#written);
    return this.#labels;
  }

  locate(): null {
    return null;
  }
}

function labelsIn(written: unknown): Labels {
  const entries = isObject(written) ? Object.entries(written) : [];
  return new Map(entries.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
}

/** What takes much room in an object, and nobody asks for: who manages which field. */
const UNREAD = "managedFields";

function withoutUnread(item: unknown): unknown {
  if (!isObject(item) || !isObject(item.metadata) || !Object.hasOwn(item.metadata, UNREAD)) return item;
  const { [UNREAD]: _, ...metadata } = item.metadata;
  return { ...item, metadata };
}

/** One object of a list as the model has it; null if it lacks what identifies it. */
function objectOf(served: ServedInfo, item: unknown): KubeObject | null {
  if (isOther(served.info, item)) return null;
  const metadata = fieldOf(item, "metadata");
  const name = textOf(metadata, "name");
  const namespace = textOf(metadata, "namespace");
  const isNamespaced = served.info.scope === "Namespaced";
  if (!isName(name) || (isNamespaced && !isName(namespace))) return null;
  return new ListedObject(served, isNamespaced ? namespace : null, name, withoutUnread(item));
}

function forbidden(answer: Answer): Outcome {
  return { got: "forbidden", user: /\bUser "([^"]*)"/i.exec(answer.message)?.[1] ?? "" };
}

function nothing(why: string): Outcome {
  return { got: "nothing", why };
}

/** What can be part of a path; the API server takes no other name for any object. */
function isPathSegment(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/%]/.test(name);
}

/** Could a namespace be called so? */
export function isNamespaceName(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name);
}

const found = (objects: readonly KubeObject[]): Outcome => ({ got: "objects", objects, unreadable: 0, more: false });

/** Why an answer other than 200 and 403 gives no objects. */
function refused(answer: Answer, info: KindInfo, what: "a list" | "one"): Outcome {
  if (answer.status === 406) {
    return nothing(`the server cannot give the metadata of ${resourceName(info)} alone, and more is not asked for`);
  }
  const said = answer.message === "" ? "" : `: ${answer.message}`;
  return nothing(`the server answered ${what} of ${resourceName(info)} with HTTP status ${answer.status}${said}`);
}

/** Why a body is not the list that was asked for; null if it is. */
function wrongList(body: unknown, info: KindInfo): string | null {
  const kind = textOf(body, "kind");
  if (info.read === "metadata" && kind !== "PartialObjectMetadataList") {
    return `the server answered with a ${kind || "nameless"} although only metadata of ${resourceName(info)} was asked for; it was thrown away`;
  }
  const items = fieldOf(body, "items");
  const isList = Array.isArray(items) || items === null;
  return isList ? null : `the server answered a list of ${resourceName(info)} without items`;
}

/** What narrows a list, as the query says it; null where no object can be wanted. */
function queryOf({ name, labels }: Wanted): URLSearchParams | null {
  const query = new URLSearchParams();
  if (name !== null) {
    if (!isPathSegment(name)) return null;
    query.set("fieldSelector", `metadata.name=${name.replace(/[\\,=]/g, "\\$&")}`);
  }
  if (labels !== null && labels.size > 0) {
    // What is no label stands on no object, and would mean something else in a selector.
    const possible = [...labels].map(([key, values]) => {
      return [key, /^[\w./-]+$/.test(key) ? values.filter((value) => /^[\w.-]*$/.test(value)) : []] as const;
    });
    if (possible.some(([, values]) => values.length === 0)) return null;
    const one = ([key, values]: readonly [string, readonly string[]]) =>
      values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(",")})`;
    query.set("labelSelector", possible.map(one).join(","));
  }
  return query;
}

/** How many objects a server says are on the pages after this one; 0 where it does not say. */
function remainingIn(metadata: unknown): number {
  const count = fieldOf(metadata, "remainingItemCount");
  return typeof count === "number" && Number.isInteger(count) && count > 0 ? count : 0;
}

/** What tells a page from any other of its list; empty where nothing does. */
function pageKey([item]: readonly unknown[]): string {
  const metadata = fieldOf(item, "metadata");
  const name = textOf(metadata, "name");
  return name === "" ? "" : `${textOf(metadata, "namespace")}/${name}`;
}

/** The list from its first page to its last; null when the server has forgotten (410) what the next page continues. */
async function walk(
  transport: Transport,
  served: ServedInfo,
  namespace: string | null,
  settings: ListSettings,
): Promise<Outcome | null> {
  const { info } = served;
  const path = resourcePath(served, namespace);
  const narrowed = queryOf(settings.wanted);
  if (narrowed === null) return found([]);
  const objects: KubeObject[] = [];
  const tokens = new Set<string>();
  const begun = new Set<string>();
  let token = "";
  let unreadable = 0;
  let emptyPages = 0;
  for (;;) {
    const query = new URLSearchParams(narrowed);
    if (settings.chunkSize > 0) query.set("limit", String(settings.chunkSize));
    if (token !== "") query.set("continue", token);
    const answer = await transport.get(query.size === 0 ? path : `${path}?${query}`, ACCEPT[info.read]);
    if (answer.status === 410 && token !== "") return null;
    if (answer.status === 403) return forbidden(answer);
    if (answer.status !== 200) return refused(answer, info, "a list");
    const wrong = wrongList(answer.body, info);
    if (wrong !== null) return nothing(wrong);
    const items = listOf(answer.body, "items");
    for (const item of items) {
      const object = objectOf(served, item);
      if (object === null) unreadable += 1;
      else objects.push(object);
    }
    const metadata = fieldOf(answer.body, "metadata");
    settings.page(info, items.length, remainingIn(metadata));
    token = textOf(metadata, "continue");
    emptyPages = items.length === 0 ? emptyPages + 1 : 0;
    if (tokens.has(token) || (token !== "" && emptyPages === EMPTY_PAGES)) {
      return nothing(`the server's pages of ${resourceName(info)} come to no end`);
    }
    // No object is twice in a list, so that a page which begins like another one stands for a page that nobody saw.
    const first = pageKey(items);
    if (begun.has(first)) return nothing(`the server gave a page of ${resourceName(info)} twice`);
    if (token === "" || settings.wanted.onePage) return { got: "objects", objects, unreadable, more: token !== "" };
    if (first !== "") begun.add(first);
    tokens.add(token);
  }
}

/** Turns a failure that concerns one list into its outcome; what concerns the whole run goes on. */
function outcomeOf(error: unknown): Outcome {
  if (error instanceof RefgrantError && error.failure === "unreachable") {
    return { got: "nothing", why: error.message, cause: error };
  }
  throw error;
}

/**
 * Lists one kind, in one namespace or (null) everywhere. When the server has forgotten the state that the pages show
 * (410), the list begins anew; the third time without pages.
 *
 * @throws RefgrantError `credentials`, `interrupted`; anything that concerns this list alone is an outcome
 */
export async function list(
  transport: Transport,
  served: ServedInfo,
  namespace: string | null,
  settings: ListSettings,
): Promise<Outcome> {
  if (namespace !== null && !isNamespaceName(namespace)) return found([]);
  try {
    for (let restart = 0; restart <= RESTARTS; restart += 1) {
      const chunkSize = restart === RESTARTS ? 0 : settings.chunkSize;
      const outcome = await walk(transport, served, namespace, { ...settings, chunkSize });
      if (outcome !== null) return outcome;
    }
    return nothing(`the server forgot the list of ${resourceName(served.info)} again and again while it was read`);
  } catch (error) {
    return outcomeOf(error);
  }
}

/** How an object is asked for; null for a name that no object has, or a namespace that there cannot be. */
export function objectRequest(
  served: ServedInfo,
  namespace: string | null,
  name: string,
): { readonly path: string; readonly accept: string } | null {
  if (!isPathSegment(name) || (namespace !== null && !isNamespaceName(namespace))) return null;
  const path = `${resourcePath(served, namespace)}/${encodeURIComponent(name)}`;
  return { path, accept: ACCEPT_ONE[served.info.read] };
}

/**
 * Reads one object by name: whole, or its metadata, as is the way with its kind.
 *
 * @param namespace null for cluster-scoped kinds
 * @returns no objects where none has the name
 * @throws RefgrantError `credentials`, `interrupted`; anything that concerns this object alone is an outcome
 */
export async function objectNamed(
  transport: Transport,
  served: ServedInfo,
  namespace: string | null,
  name: string,
): Promise<Outcome> {
  const { info } = served;
  const request = objectRequest(served, namespace, name);
  if (request === null) return found([]);
  try {
    const answer = await transport.get(request.path, request.accept);
    if (answer.status === 404) return found([]);
    if (answer.status === 403) return forbidden(answer);
    if (answer.status !== 200) return refused(answer, info, "one");
    const kind = info.read === "metadata" ? "PartialObjectMetadata" : info.kind;
    const object = textOf(answer.body, "kind") === kind ? objectOf(served, answer.body) : null;
    if (object === null || object.id.name !== name || object.id.namespace !== namespace) {
      return nothing(`the server did not answer with the ${kind} ${name}`);
    }
    return found([object]);
  } catch (error) {
    return outcomeOf(error);
  }
}
