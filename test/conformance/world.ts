import { readFileSync } from "node:fs";
import { join } from "node:path";
import { extract } from "../../src/catalogue/extract.ts";
import { GATEWAY_API } from "../../src/catalogue/kinds.ts";
import { decide } from "../../src/evaluate/decide.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { type ManifestWorld, objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { ListenerHolder } from "../../src/model/listener.ts";
import { keyOf, type ObjectId, type ObjectKey } from "../../src/model/object.ts";
import { type Sight, sightOf } from "../../src/model/sight.ts";
import type { InputProblem } from "../../src/model/snapshot.ts";
import type { SourceText } from "../../src/model/source.ts";
import { type ConformanceVersion, conformanceModule } from "../e2e/harness/modules.ts";
import type { Named, UpstreamTest } from "./expectations.ts";

/** What the engine makes of one world. */
export interface Evaluation {
  readonly sight: Sight;
  readonly holders: ReadonlyMap<ObjectKey, ListenerHolder>;
  readonly decisions: readonly Decision[];
  /** Whatever the readers found odd; upstream's manifests should give none. */
  readonly problems: readonly InputProblem[];
}

const INFRA = "gateway-conformance-infra";
const APP_BACKEND = "gateway-conformance-app-backend";
const WEB_BACKEND = "gateway-conformance-web-backend";

/** What the suite creates in code, `utils/suite/suite.go`: the same in all pinned releases. */
const CREATED_IN_CODE: readonly Named[] = [
  { kind: "Secret", namespace: WEB_BACKEND, name: "certificate" },
  { kind: "Secret", namespace: INFRA, name: "tls-validity-checks-certificate" },
  { kind: "Secret", namespace: INFRA, name: "tls-validity-checks-client-certificate" },
  { kind: "Secret", namespace: INFRA, name: "tls-validity-checks-per-port-client-certificate" },
  { kind: "Secret", namespace: INFRA, name: "tls-checks-certificate" },
  { kind: "Secret", namespace: INFRA, name: "tls-checks-client-certificate" },
  { kind: "Secret", namespace: INFRA, name: "tls-passthrough-checks-certificate" },
  { kind: "Secret", namespace: INFRA, name: "tls-terminate-checks-certificate" },
  { kind: "Secret", namespace: APP_BACKEND, name: "tls-passthrough-checks-certificate" },
  { kind: "ConfigMap", namespace: WEB_BACKEND, name: "web-backend-cm" },
  { kind: "ConfigMap", namespace: INFRA, name: "tls-validity-checks-ca-certificate" },
  { kind: "ConfigMap", namespace: INFRA, name: "tls-validity-checks-per-port-ca-certificate" },
  { kind: "ConfigMap", namespace: INFRA, name: "tls-checks-ca-certificate" },
  { kind: "ConfigMap", namespace: INFRA, name: "mismatch-ca-certificate" },
];

function createdInCode(): SourceText {
  const documents = CREATED_IN_CODE.map(({ kind, namespace, name }) =>
    JSON.stringify({ apiVersion: "v1", kind, metadata: { namespace, name } }),
  );
  return { name: "suite.go", text: documents.join("\n---\n") };
}

/** The identity of an object of the Gateway API. */
export function idOf({ kind, namespace, name }: Named): ObjectId {
  return { group: GATEWAY_API, kind, namespace, name };
}

/** The world of one test: what the suite sets up, and the test's own manifests. Tests share no world. */
export function worldOf(test: UpstreamTest, release: ConformanceVersion): ManifestWorld {
  const folder = conformanceModule(release);
  const file = (name: string): SourceText => ({ name, text: readFileSync(join(folder, name), "utf8") });
  const mesh = test.features.includes("Mesh");
  const base = mesh ? [file("mesh/manifests.yaml")] : [file("base/manifests.yaml"), createdInCode()];
  return objectsOf(parseDocuments([...base, ...test.manifests.map(file)]), "default");
}

/** The world without one object; throws if that was not there. */
export function without(world: ManifestWorld, removed: Named): ManifestWorld {
  const key = keyOf(idOf(removed));
  const objects = world.objects.filter(({ id }) => keyOf(id) !== key);
  if (objects.length === world.objects.length) throw new Error(`there is no ${key} to delete`);
  return { ...world, objects };
}

/** Runs the engine's stages on a world that is declared to be all there is. */
export function evaluate(world: ManifestWorld): Evaluation {
  const snapshot = snapshotOfManifests(world, true);
  const sight = sightOf(snapshot);
  const extracted = extract(sight, null, "files");
  const { holders, problems } = extracted;
  const decisions = decide({ ...extracted, sight });
  return { sight, holders, decisions, problems: [...snapshot.problems, ...problems] };
}
