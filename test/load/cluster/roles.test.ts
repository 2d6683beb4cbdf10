import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ECOSYSTEM_KINDS, LOOK_ALIKE_GRANTS } from "../../../src/catalogue/ecosystem.ts";
import {
  CONTEXT_KINDS,
  CORE,
  CUSTOM_RESOURCE_DEFINITION,
  GATEWAY_API,
  GATEWAY_API_X,
  type KindInfo,
  OWN_KINDS,
  SECRET,
} from "../../../src/catalogue/kinds.ts";
import { sameGroupKind } from "../../../src/model/object.ts";

/** The documented roles are the tables of what is read, written as RBAC has it. */

const file = join(import.meta.dirname, "..", "..", "..", "docs", "clusterrole.yaml");

const ofGatewayApi = ({ group }: { readonly group: string }): boolean =>
  group === GATEWAY_API || group === GATEWAY_API_X;

type Verb = "get" | "list";

function rule(verbs: readonly Verb[], group: string, kinds: readonly Pick<KindInfo, "group" | "plural">[]) {
  const resources = kinds.filter((info) => info.group === group).map(({ plural }) => plural);
  return { apiGroups: [group], resources, verbs };
}

function role(name: string, rules: readonly object[]) {
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name }, rules };
}

test("docs/clusterrole.yaml grants what the tables read, and nothing else", () => {
  const documents: unknown[] = parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS());
  const secrets = OWN_KINDS.filter((info) => sameGroupKind(info, SECRET));
  const open = OWN_KINDS.filter((info) => !secrets.includes(info));
  const vendors = [...ECOSYSTEM_KINDS, ...LOOK_ALIKE_GRANTS];
  const vendorGroups = [...new Set(vendors.map(({ group }) => group))].toSorted();
  const contextGroups = CONTEXT_KINDS.map(({ group }) => group).toSorted();
  expect(documents).toEqual([
    role("kubectl-refgrant", [
      ...[GATEWAY_API, GATEWAY_API_X, CORE].map((group) => rule(["list"], group, open)),
      {
        apiGroups: [CUSTOM_RESOURCE_DEFINITION.group],
        resources: [CUSTOM_RESOURCE_DEFINITION.plural],
        resourceNames: OWN_KINDS.filter(ofGatewayApi).map(({ plural, group }) => `${plural}.${group}`),
        verbs: ["get"],
      },
    ]),
    role("kubectl-refgrant-secrets", [rule(["get", "list"], CORE, secrets)]),
    role(
      "kubectl-refgrant-vendors",
      vendorGroups.map((group) => rule(["get", "list"], group, vendors)),
    ),
    role("kubectl-refgrant-objects", [
      ...[GATEWAY_API, GATEWAY_API_X, CORE].map((group) => rule(["get"], group, open)),
      ...contextGroups.map((group) => rule(["list"], group, CONTEXT_KINDS)),
    ]),
  ]);
});
