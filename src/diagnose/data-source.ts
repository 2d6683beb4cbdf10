import { PERSISTENT_VOLUME_CLAIM } from "../catalogue/kinds.ts";
import { Field } from "../model/fields.ts";
import type { Finding } from "../model/finding.ts";
import { compareIds, type FieldPath, type KubeObject } from "../model/object.ts";
import type { Sight } from "../model/snapshot.ts";

/** Where `kubectl apply` keeps what it was given. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const PATH: FieldPath = ["spec", "dataSourceRef", "namespace"];

const ignoreProblems = (): void => {};

/** What was applied, as far as it can be read: somebody may have edited the annotation. */
function appliedBody(body: unknown): unknown {
  const text = Field.root(body, ignoreProblems).at("metadata").at("annotations").at(LAST_APPLIED).text();
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const dataSource = (body: unknown): Field => Field.root(body, ignoreProblems).at("spec").at("dataSourceRef");

function ofClaim({ id, body }: KubeObject): readonly Finding[] {
  if (id.namespace === null || dataSource(body).at("namespace").present) return [];
  const applied = dataSource(appliedBody(body));
  const namespace = applied.at("namespace").text();
  const name = applied.at("name").text();
  const kind = applied.at("kind").text();
  if (namespace === undefined || namespace === id.namespace || name === undefined || kind === undefined) return [];
  const group = applied.at("apiGroup").text() ?? "";
  return [
    {
      code: "data-source-namespace-dropped",
      severity: "warning",
      subject: id,
      path: PATH,
      applied: { group, kind, namespace, name },
    },
  ];
}

/**
 * PersistentVolumeClaims whose data source lost its namespace: an API server without the feature gate drops it without a
 * word, and only the manifest that was applied last tells (docs/rules.md §2.7).
 */
export function ofDataSources(sight: Sight): readonly Finding[] {
  return sight
    .objectsOf(PERSISTENT_VOLUME_CLAIM)
    .toSorted((a, b) => compareIds(a.id, b.id))
    .flatMap(ofClaim);
}
