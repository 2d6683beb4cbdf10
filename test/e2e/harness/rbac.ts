import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseAllDocuments, stringify } from "yaml";
import type { ApiServer } from "./api-server.ts";
import { itemsAt, parseJson, textAt, valueAt } from "./json.ts";
import { repositoryRoot } from "./paths.ts";
import { apiRequest } from "./request.ts";

/** One verb on one resource. */
export interface Rule {
  readonly apiGroup: string;
  readonly resource: string;
  readonly verb: string;
}

/** The roles that the documentation proposes. */
export const rolesFile: string = join(repositoryRoot, "docs", "clusterrole.yaml");

/** The objects of {@link rolesFile}. */
export const documentedRoles: readonly unknown[] = parseAllDocuments(readFileSync(rolesFile, "utf8")).map((one) =>
  one.toJS(),
);

/** The rules of one of the documented roles, one for each resource and verb. */
export function rulesOf(role: string): readonly Rule[] {
  return documentedRoles
    .filter((object) => textAt(object, "metadata", "name") === role)
    .flatMap((object) => itemsAt(object, "rules"))
    .flatMap((rule) =>
      itemsAt(rule, "apiGroups").flatMap((apiGroup) =>
        itemsAt(rule, "resources").flatMap((resource) =>
          itemsAt(rule, "verbs").map((verb) => ({
            apiGroup: String(apiGroup),
            resource: String(resource),
            verb: String(verb),
          })),
        ),
      ),
    );
}

/** A ClusterRole, or a Role in a namespace, as YAML. */
export function role(name: string, rules: readonly Rule[], namespace?: string): string {
  return stringify({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: namespace === undefined ? "ClusterRole" : "Role",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    rules: rules.map(({ apiGroup, resource, verb }) => ({
      apiGroups: [apiGroup],
      resources: [resource],
      verbs: [verb],
    })),
  });
}

/** The binding of a user to a ClusterRole, or to a Role in a namespace, as YAML. */
export function binding(user: string, to: string, namespace?: string): string {
  const apiGroup = "rbac.authorization.k8s.io";
  return stringify({
    apiVersion: `${apiGroup}/v1`,
    kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
    metadata: { name: `${user}-${to}`, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup, kind: namespace === undefined ? "ClusterRole" : "Role", name: to },
    subjects: [{ apiGroup, kind: "User", name: user }],
  });
}

/** What someone may do once RBAC has taken notice: list, where nothing else is said. */
export interface Permission {
  readonly user: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly verb?: string;
  readonly namespace?: string;
}

/** RBAC learns of new roles and bindings a moment after they are stored. */
export async function untilAllowed(
  server: ApiServer,
  { user, apiGroup, resource, verb = "list", namespace }: Permission,
): Promise<void> {
  const target = { url: server.url, caFile: server.caFile, token: server.adminToken };
  const resourceAttributes = { group: apiGroup, resource, verb, namespace: namespace ?? "" };
  const body = JSON.stringify({
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: { user, resourceAttributes },
  });
  const deadline = performance.now() + 10_000;
  for (;;) {
    const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const answer = await apiRequest(target, "POST", path, { body });
    if (valueAt(parseJson(answer.body), "status", "allowed") === true) return;
    if (performance.now() > deadline) throw new Error(`${user} may still not ${verb} ${resource}`);
    await delay(20);
  }
}

/** The rule that a gap tells its reader to ask for. */
export function ruleIn(detail: string): Rule {
  const [, verb, apiGroup, resource] =
    /verbs \[(\w+)\].*apiGroups: \["([^"]*)"\], resources: \["([^"]*)"\]/.exec(detail) ?? [];
  if (verb === undefined || apiGroup === undefined || resource === undefined) throw new Error(`No rule in: ${detail}`);
  return { apiGroup, resource, verb };
}
