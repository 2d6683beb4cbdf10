import { CUSTOM_RESOURCE_DEFINITION, GATEWAY_API, GATEWAY_API_X } from "../../catalogue/kinds.ts";
import type { Gap } from "../../model/gap.ts";
import { altered, type KubeObject } from "../../model/object.ts";
import type { Seen } from "./by-namespace.ts";
import type { ServedInfo } from "./discovery.ts";
import { type Outcome, objectNamed, resourceName } from "./lists.ts";
import { fieldOf, listOf } from "./text.ts";
import type { Transport } from "./transport.ts";

export const DEFINITIONS: ServedInfo = { info: CUSTOM_RESOURCE_DEFINITION, version: "v1" };

/** A definition without its schemas, which are most of it and say nothing of versions. */
function withoutSchemas(object: KubeObject): KubeObject {
  const spec = fieldOf(object.body, "spec");
  const versions = listOf(spec, "versions").map((version) => ({
    name: fieldOf(version, "name"),
    served: fieldOf(version, "served"),
    storage: fieldOf(version, "storage"),
    deprecated: fieldOf(version, "deprecated"),
  }));
  const names = { kind: fieldOf(fieldOf(spec, "names"), "kind") };
  const status = { storedVersions: fieldOf(fieldOf(object.body, "status"), "storedVersions") };
  return altered(object, { body: { spec: { group: fieldOf(spec, "group"), names, versions }, status } });
}

/** What could not be read, as one gap: the definitions are all alike. */
function gapOf(outcomes: readonly Outcome[]): readonly Gap[] {
  const { group, kind } = CUSTOM_RESOURCE_DEFINITION;
  const groupKind = { group, kind };
  for (const outcome of outcomes) {
    if (outcome.got === "nothing") return [{ cause: "failed", groupKind, namespace: null, detail: outcome.why }];
    if (outcome.got === "forbidden") {
      const who = outcome.user === "" ? "the caller" : `user "${outcome.user}"`;
      const rule = `apiGroups: ["${group}"], resources: ["${CUSTOM_RESOURCE_DEFINITION.plural}"]`;
      const detail = `${who} may not get ${resourceName(CUSTOM_RESOURCE_DEFINITION)}, so stored versions were not looked at; ask for verbs [get] on that resource (${rule})`;
      return [{ cause: "forbidden", groupKind, namespace: null, detail }];
    }
  }
  return [];
}

/**
 * Reads the definitions of the Gateway API's kinds that are served, one by one and by name: a list would bring those of
 * everybody else.
 *
 * @throws RefgrantError `credentials`, `interrupted`
 */
export async function readDefinitions(transport: Transport, served: readonly ServedInfo[]): Promise<Seen> {
  const own = served.filter(({ info }) => info.group === GATEWAY_API || info.group === GATEWAY_API_X);
  const outcomes = await Promise.all(
    own.map(({ info }) => objectNamed(transport, DEFINITIONS, null, resourceName(info))),
  );
  const objects = outcomes.flatMap((outcome) => (outcome.got === "objects" ? outcome.objects : []));
  return { objects: objects.map(withoutSchemas), gaps: gapOf(outcomes) };
}
