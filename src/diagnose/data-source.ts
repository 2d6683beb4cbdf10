import { PERSISTENT_VOLUME_CLAIM } from "../catalogue/kinds.ts";
import { Field } from "../model/fields.ts";
import type { Finding } from "../model/finding.ts";
import type { FieldPath, KubeObject } from "../model/object.ts";
import type { Sight } from "../model/sight.ts";

/** Where `kubectl apply` keeps what it was given. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const PATH: FieldPath = ["spec", "dataSourceRef"];

/** What was applied, as far as it can be read: somebody may have edited the annotation. */
function appliedBody(body: unknown): unknown {
  const text = Field.silent(body).at("metadata").at("annotations").at(LAST_APPLIED).text();
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const dataSource = (body: unknown): Field => Field.silent(body).at("spec").at("dataSourceRef");

function ofClaim({ id, body }: KubeObject): readonly Finding[] {
  const left = dataSource(body);
  if (id.namespace === null || left.at("namespace").present) return [];
  const applied = dataSource(appliedBody(body));
  const namespace = applied.at("namespace").text();
  const name = applied.at("name").text();
  const kind = applied.at("kind").text();
  if (namespace === undefined || namespace === "" || name === undefined || kind === undefined) return [];
  // The claim's own namespace, written out, costs it the field all the same; that it is written no more is no loss.
  if (namespace === id.namespace && left.present) return [];
  const group = applied.at("apiGroup").text() ?? "";
  return [
    {
      code: "data-source-namespace-dropped",
      severity: "warning",
      subject: id,
      path: left.present ? [...PATH, "namespace"] : PATH,
      localSource: left.present,
      applied: { group, kind, namespace, name },
    },
  ];
}

/**
 * PersistentVolumeClaims that lost their data source of another namespace: an API server without the feature gate drops the
 * whole field without a word, and only the manifest that was applied last tells. A field that is there without its namespace is
 * somebody else's doing (docs/rules.md §2.7).
 */
export function ofDataSources(sight: Sight): readonly Finding[] {
  return sight.objectsOf(PERSISTENT_VOLUME_CLAIM).flatMap(ofClaim);
}
