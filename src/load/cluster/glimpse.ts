import { CORE, type KindInfo } from "../../catalogue/kinds.ts";
import { connect } from "./connect.ts";
import { ALL, list, MOST_ON_A_PAGE } from "./lists.ts";
import type { ConnectionOptions, Environment } from "./options.ts";
import { fieldOf, listOf, textOf } from "./text.ts";
import type { Transport } from "./transport.ts";

/** Whose names are wanted. */
interface GlimpseRequest {
  readonly kinds: readonly KindInfo[];
  /** null for that of the context. */
  readonly namespace: string | null;
  readonly allNamespaces: boolean;
  readonly signal: AbortSignal;
  readonly userAgent: string;
}

/** The name of an object. */
export interface SeenName {
  readonly name: string;
  readonly namespace: string | null;
}

/** More kinds than a word that one types by hand stands for. */
const MOST_KINDS = 8;

/** The versions to try, as the catalogue or else the server prefers them. */
async function versionsOf({ group, versions }: KindInfo, transport: Transport): Promise<readonly string[]> {
  if (group === CORE) return ["v1"];
  if (versions !== null) return versions;
  const { body } = await transport.get(`/apis/${group}`, "application/json");
  const preferred = textOf(fieldOf(body, "preferredVersion"), "version");
  const all = listOf(body, "versions").map((entry) => textOf(entry, "version"));
  return [...new Set([preferred, ...all])].filter((version) => /^v[a-z0-9]+$/.test(version)).slice(0, 2);
}

/** The first page of a kind in the first version that the server has it in. */
async function firstPage(info: KindInfo, namespace: string | null, transport: Transport): Promise<readonly SeenName[]> {
  const where = info.scope === "Cluster" ? null : namespace;
  // Names are all that is wanted, so the rest of the objects is not asked for.
  const named: KindInfo = { ...info, read: "metadata" };
  const settings = { chunkSize: MOST_ON_A_PAGE, page: () => {}, wanted: { ...ALL, onePage: true } };
  for (const version of await versionsOf(info, transport)) {
    const outcome = await list(transport, { info: named, version }, where, settings);
    if (outcome.got === "objects") return outcome.objects.map(({ id }) => id);
    if (outcome.got === "forbidden" || outcome.cause !== undefined) return [];
  }
  return [];
}

/**
 * The names that the first page of each kind holds, for whoever cannot wait: the server is not asked what it has, but for a kind
 * in the versions that the catalogue knows, one after the other. What may not be listed has no names. Data of Secrets is
 * not asked for.
 *
 * @throws RefgrantError `kubeconfig`, `credentials`, `interrupted`; `usage` for an impersonation flag that cannot be read
 */
export async function glimpse(
  options: ConnectionOptions,
  env: Environment,
  { kinds, allNamespaces, ...request }: GlimpseRequest,
): Promise<readonly SeenName[]> {
  const { transport, namespace, close } = await connect(options, env, { ...request, multiplex: false });
  try {
    const where = allNamespaces ? null : (request.namespace ?? namespace);
    const pages = await Promise.all(kinds.slice(0, MOST_KINDS).map((info) => firstPage(info, where, transport)));
    return pages.flat();
  } finally {
    close();
  }
}
