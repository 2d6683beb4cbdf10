import { type ApiTarget, apiRequest, keepAliveAgent } from "../e2e/harness/request.ts";
import type { WorldObject } from "./world.ts";

/** How a world is loaded. */
export interface LoadOptions {
  /** Requests in flight at once; 8 by default. */
  readonly clients?: number;
  /** Told after each kind how many objects were created. */
  readonly onKind?: (kind: string, created: number) => void;
}

const plurals: ReadonlyMap<string, string> = new Map([
  ["Namespace", "namespaces"],
  ["GatewayClass", "gatewayclasses"],
  ["Gateway", "gateways"],
  ["Service", "services"],
  ["ReferenceGrant", "referencegrants"],
  ["HTTPRoute", "httproutes"],
]);

function collectionPath({ apiVersion, kind, metadata }: WorldObject): string {
  const plural = plurals.get(kind);
  if (plural === undefined) throw new Error(`No plural known for ${kind}`);
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return metadata.namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${metadata.namespace}/${plural}`;
}

function* runsByKind(objects: Iterable<WorldObject>): Generator<readonly WorldObject[]> {
  let run: WorldObject[] = [];
  for (const object of objects) {
    if (run.length > 0 && run[0]?.kind !== object.kind) {
      yield run;
      run = [];
    }
    run.push(object);
  }
  if (run.length > 0) yield run;
}

/** Creates the objects on an API server, kind after kind in the order given; returns how many. */
export async function loadWorld(
  target: ApiTarget,
  objects: Iterable<WorldObject>,
  options: LoadOptions = {},
): Promise<number> {
  const clients = options.clients ?? 8;
  const agent = keepAliveAgent(target, clients);
  let total = 0;
  try {
    for (const run of runsByKind(objects)) {
      const rest = run.values();
      const client = async (): Promise<void> => {
        for (const object of rest) {
          const path = collectionPath(object);
          const answer = await apiRequest(target, "POST", path, { agent, body: JSON.stringify(object) });
          if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.body.slice(0, 500)}`);
        }
      };
      await Promise.all(Array.from({ length: clients }, client));
      total += run.length;
      options.onKind?.(run[0]?.kind ?? "", run.length);
    }
  } finally {
    agent.destroy();
  }
  return total;
}
