import { describe, expect, it } from "vitest";
import { makerOf } from "../../src/catalogue/makers.ts";
import type { Maker } from "../../src/model/remedy.ts";
import { GW, snapshotOf } from "../harness/world.ts";

/** What writes an object, told by what it leaves on it. */

const owner = (more: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  name: "web",
  controller: true,
  ...more,
});

const MADE: readonly (readonly [string, object, Maker | null])[] = [
  ["nothing is known to", {}, null],
  [
    "a controller",
    { ownerReferences: [owner({ controller: false, name: "other" }), owner()] },
    { by: "owner", owner: { group: "apps", kind: "Deployment", namespace: "app", name: "web" } },
  ],
  [
    "a controller of the core group",
    { ownerReferences: [owner({ apiVersion: "v1", kind: "Service" })] },
    { by: "owner", owner: { group: "", kind: "Service", namespace: "app", name: "web" } },
  ],
  [
    "a controller without a namespace",
    { ownerReferences: [owner({ apiVersion: `${GW}/v1`, kind: "GatewayClass" })] },
    { by: "owner", owner: { group: GW, kind: "GatewayClass", namespace: null, name: "web" } },
  ],
  ["an owner that is no controller", { ownerReferences: [owner({ controller: undefined })] }, null],
  [
    "Helm",
    {
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "shop" },
    },
    { by: "helm", release: "shop" },
  ],
  ["Helm, of which only the one mark is there", { annotations: { "meta.helm.sh/release-name": "shop" } }, null],
  [
    "Argo CD by its annotation",
    { annotations: { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:app/web" } },
    { by: "argocd", application: "shop" },
  ],
  [
    "Argo CD by its label",
    { labels: { "argocd.argoproj.io/instance": "shop" } },
    { by: "argocd", application: "shop" },
  ],
  ["Flux", { labels: { "kustomize.toolkit.fluxcd.io/name": "shop" } }, { by: "flux", kustomization: "shop" }],
  [
    "a HelmRelease of Flux, which has Helm's marks too",
    {
      labels: { "helm.toolkit.fluxcd.io/name": "shop", "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "shop" },
    },
    { by: "flux-helm", release: "shop" },
  ],
];

describe("makers", () => {
  it.each(MADE)("%s", (_, metadata, maker) => {
    const manifest = {
      apiVersion: `${GW}/v1`,
      kind: "Gateway",
      metadata: { namespace: "app", name: "x", ...metadata },
    };
    const [object] = snapshotOf([manifest]).objects.values();
    if (object === undefined) throw new Error("there is no object");
    expect(makerOf(object)).toEqual(maker);
  });

  it("knows them by labels of what was read without its body", () => {
    const metadata = { name: "app", labels: { "kustomize.toolkit.fluxcd.io/name": "shop" } };
    const [object] = snapshotOf([{ apiVersion: "v1", kind: "Namespace", metadata }]).objects.values();
    if (object === undefined) throw new Error("there is no object");
    expect(makerOf(object)).toEqual({ by: "flux", kustomization: "shop" });
  });
});
