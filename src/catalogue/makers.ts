import { Field } from "../model/fields.ts";
import type { KubeObject, ObjectId } from "../model/object.ts";
import type { Maker } from "../model/remedy.ts";
import { CORE } from "./kinds.ts";
import { kindInfo } from "./known.ts";

/** Labels and annotations by which tools mark what they write; a citation names the page of the tool that says so. */
interface Mark {
  readonly on: "labels" | "annotations";
  readonly key: string;
  readonly maker: (value: string, metadata: Field) => Maker | null;
  readonly citation: string;
}

const textOf = (metadata: Field, on: Mark["on"], key: string): string | null => metadata.at(on).at(key).text() || null;

/** The nearest writer first: Flux installs releases with Helm's own marks. */
const MARKS: readonly Mark[] = [
  {
    on: "labels",
    key: "kustomize.toolkit.fluxcd.io/name",
    maker: (kustomization) => ({ by: "flux", kustomization }),
    citation: "fluxcd.io/flux/components/kustomize/kustomizations",
  },
  {
    on: "labels",
    key: "helm.toolkit.fluxcd.io/name",
    maker: (release) => ({ by: "flux-helm", release }),
    citation: "fluxcd.io/flux/components/helm/helmreleases",
  },
  {
    on: "annotations",
    key: "argocd.argoproj.io/tracking-id",
    // `application:group/kind:namespace/name`
    maker: (id) => ({ by: "argocd", application: id.split(":")[0] ?? id }),
    citation: "argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking",
  },
  {
    on: "labels",
    key: "argocd.argoproj.io/instance",
    maker: (application) => ({ by: "argocd", application }),
    citation: "argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking",
  },
  {
    on: "annotations",
    key: "meta.helm.sh/release-name",
    maker: (release, metadata) =>
      textOf(metadata, "labels", "app.kubernetes.io/managed-by") === "Helm" ? { by: "helm", release } : null,
    citation: "helm.sh/docs/topics/labels",
  },
];

function ownerOf(metadata: Field, home: string | null): ObjectId | null {
  const controller = metadata
    .at("ownerReferences")
    .items()
    .find((owner) => owner.at("controller").raw === true);
  const apiVersion = controller?.at("apiVersion").text();
  const kind = controller?.at("kind").text();
  const name = controller?.at("name").text();
  if (apiVersion === undefined || kind === undefined || name === undefined) return null;
  const [group = CORE] = apiVersion.includes("/") ? apiVersion.split("/") : [CORE];
  const clusterScoped = kindInfo({ group, kind })?.scope === "Cluster";
  return { group, kind, namespace: clusterScoped ? null : home, name };
}

/** What writes an object, so that a change of it would be undone; null where nothing is known to. */
export function makerOf({ id, labels, body }: KubeObject): Maker | null {
  // Of an object whose metadata alone was read, the labels are known.
  const metadata = Field.silent(body ?? { metadata: { labels: Object.fromEntries(labels) } }).at("metadata");
  const owner = ownerOf(metadata, id.namespace);
  if (owner !== null) return { by: "owner", owner };
  for (const { on, key, maker } of MARKS) {
    const value = textOf(metadata, on, key);
    const made = value === null ? null : maker(value, metadata);
    if (made !== null) return made;
  }
  return null;
}
