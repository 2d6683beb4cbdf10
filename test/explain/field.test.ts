import { describe, expect, it } from "vitest";
import { kindsNamed, kindWords } from "../../src/catalogue/kind-names.ts";
import { ROWS } from "../../src/catalogue/rows.ts";
import { explainField } from "../../src/explanations.ts";
import type { FieldExplanation } from "../../src/model/explanation.ts";
import { explainFieldText } from "../../src/render/explain-field.ts";

/** The rule of a field, as `kubectl explain` takes and lays it out. */

const DISPLAY = { width: 90, color: false, unicode: true, headers: true };

function rules(word: string): readonly string[] {
  const [kind = "", ...path] = word.split(".");
  return explainField(kindsNamed(kind), path.join(".")).rules.map(({ row }) => row);
}

const ofRow = (row: string): FieldExplanation => ({ rules: [{ row, below: [] }], targets: [] });

describe("explain FIELD", () => {
  it("takes the field with and without spec, [] and indices, in any case", () => {
    const wanted = rules("httproute.spec.rules.backendRefs");
    expect(wanted).toEqual(["HTTPRoute.backendRefs"]);
    for (const word of [
      "httproute.rules.backendRefs",
      "httproutes.spec.rules[].backendRefs[]",
      "HTTPRoute.spec.rules[0].backendRefs[1]",
      "httproute.spec.rules.backendrefs",
    ]) {
      expect(rules(word)).toEqual(wanted);
    }
  });

  it("takes what stands above fields, the kind alone, the name of a row, and parts of a reference", () => {
    expect(rules("gateway.spec.listeners.tls")).toEqual([
      "Gateway.certificateRefs",
      "Gateway.frontendValidation.caCertificateRefs",
    ]);
    expect(rules("httproute")).toEqual(ROWS.filter(({ from }) => from.kind === "HTTPRoute").map(({ id }) => id));
    expect(rules("httproute.parentRefs.sectionName")).toEqual(["HTTPRoute.parentRefs"]);
    expect(rules("httproute.backendRefs")).toContain("HTTPRoute.backendRefs");
  });

  it("names what stands below an exact path, with the command that tells of it", () => {
    const below = (path: string): string => {
      const text = explainFieldText(explainField(kindsNamed("httproute"), path), { ...DISPLAY, width: null });
      return text.includes("BELOW:") ? text.slice(text.indexOf("BELOW:")).replace(/\s+/g, " ") : "";
    };
    expect(below("spec.rules.backendRefs")).toContain(
      "(kubectl refgrant explain httproute.spec.rules.backendRefs.filters)",
    );
    expect(below("spec.rules.backendRefs")).toContain("filters[].requestMirror.backendRef, filters[].extensionRef and");
    expect(below("spec.rules.backendRefs.filters")).toBe("");
    expect(rules("httproute.spec.rules.backendRefs.filters")).toHaveLength(3);
    expect(explainField(kindsNamed("httproute"), "").rules.flatMap(({ below }) => below)).toEqual([]);
  });

  it("tells of a kind that refers to nothing what may refer to it, and how to ask about objects", () => {
    const told = (word: string): string =>
      explainFieldText(explainField(kindsNamed(word), ""), { ...DISPLAY, width: null });
    expect(told("secret")).toMatch(/Gateway +spec\.listeners\[\]\.tls\.certificateRefs\[\] +grant +Gateway API/);
    expect(told("service")).toMatch(/HTTPRoute +spec\.rules\[\]\.backendRefs\[\] +grant/);
    expect(told("ns")).toContain("kubectl refgrant explain namespace/NAME\n");
    expect(told("refgrant")).toContain("kubectl refgrant explain referencegrant/NAME -n NAMESPACE");
    expect(told("httproute")).not.toContain("These fields may name");
    for (const word of kindWords()) expect(told(word), word).not.toBe("");
  });

  it("finds nothing where the catalogue has nothing", () => {
    expect(rules("httproute.spec.hostnames")).toEqual([]);
    expect(rules("httproute.spec.rules.backend")).toEqual([]);
    expect(explainFieldText({ rules: [], targets: [] }, DISPLAY)).toBe("");
  });

  it("lays the rule out like kubectl explain", () => {
    const told = (word: string): string => {
      const [kind = "", ...path] = word.split(".");
      return `\n${explainFieldText(explainField(kindsNamed(kind), path.join(".")), DISPLAY)}`;
    };
    expect(told("gateway.spec.listeners.tls.certificateRefs")).toMatchInlineSnapshot(`
      "
      KIND:       Gateway
      FIELD:      spec.listeners[].tls.certificateRefs[]
      MAY NAME:   Secret
      NEEDS:      if the object is in another namespace, a ReferenceGrant there; without one the
                  reference is refused
      DEFAULTS:   group "", kind Secret; namespace: the object's own
      RULE OF:    Gateway API
      SINCE:      v0.4.0, standard channel
      SOURCE:     Gateway API: apis/v1/gateway_types.go (GEP-746, GEP-851); docs/rules.md §2.4
                  G1
      "
    `);
    expect(told("httproute.spec.parentRefs")).toMatchInlineSnapshot(`
      "
      KIND:       HTTPRoute
      FIELD:      spec.parentRefs[]
      MAY NAME:   Gateway, ListenerSet, XListenerSet
      NEEDS:      a listener of the parent that admits the route; no ReferenceGrant has a part
                  in it
      ALSO:       Service: nothing: a Service as parent makes it a route of a mesh, and nobody
                  has to admit it
      DEFAULTS:   group gateway.networking.k8s.io, kind Gateway; namespace: the object's own
      RULE OF:    Gateway API
      SINCE:      v0.4.0, standard channel
      SOURCE:     Gateway API: apis/v1/shared_types.go ParentReference; docs/rules.md §2.3 R1–R4
      "
    `);
    expect(told("pvc")).toMatchInlineSnapshot(`
      "
      KIND:       PersistentVolumeClaim
      FIELD:      spec.dataSourceRef
      MAY NAME:   VolumeSnapshot.snapshot.storage.k8s.io, PersistentVolumeClaim
      NEEDS:      if the object is in another namespace: a ReferenceGrant, and features switched
                  on that nobody can see from outside
      ALSO:       VolumeCloneSource.cdi.kubevirt.io, VolumeImportSource.cdi.kubevirt.io,
                  VolumeUploadSource.cdi.kubevirt.io, by the rule of KubeVirt CDI: nobody asks
                  (CDI authorises clones in its own way; the field's namespace still needs the
                  API server's feature gate)
      DEFAULTS:   none, it names group and kind; namespace: the object's own
      RULE OF:    Kubernetes
      SINCE:      v1.26
      NOTE:       alpha: the feature gate CrossNamespaceVolumeDataSource has to be on in the API
                  server and in the provisioner, which reads ReferenceGrant v1beta1
      SOURCE:     kubernetes-csi/external-provisioner:pkg/controller/util.go (KEP-3294);
                  docs/rules.md §2.7

      PersistentVolumeClaim
      These fields may name a PersistentVolumeClaim:

      KIND                    FIELD                NEEDS                  RULE OF
      PersistentVolumeClaim   spec.dataSourceRef   grant, and a feature   Kubernetes

      About one of them: kubectl refgrant explain persistentvolumeclaim/NAME -n NAMESPACE
      About all of them: kubectl refgrant explain persistentvolumeclaim -A
      "
    `);
    expect(told("gatewayclass")).toMatchInlineSnapshot(`
      "
      KIND:       GatewayClass
      FIELD:      spec.parametersRef
      MAY NAME:   any kind
      NEEDS:      nothing: the object that holds it belongs to no namespace, so no
                  ReferenceGrant can name it
      DEFAULTS:   none, it names group and kind; namespace: the object's own
      RULE OF:    Gateway API
      SINCE:      v0.4.0, standard channel
      SOURCE:     Gateway API: apis/v1/gatewayclass_types.go; docs/rules.md §2.4 G8
      "
    `);
    expect(told("service").split("\n\n")[0]).toMatchInlineSnapshot(`
      "
      KIND:       Service
      FIELD:      metadata.annotations[konghq.com/plugins]
      MAY NAME:   KongPlugin.configuration.konghq.com
      NEEDS:      a ReferenceGrant in the referent's namespace; without one the reference is
                  refused
      DEFAULTS:   group configuration.konghq.com, kind KongPlugin; namespace: the object's own
      RULE OF:    Kong
      NOTE:       a namespace that is written needs a grant even where it is the object's own
      SOURCE:     Kong/kong-operator:ingress-controller/internal/dataplane/kongstate/kongstate.go"
    `);
  });

  it("tells what is peculiar once in a line", () => {
    for (const { id } of ROWS) {
      const text = explainFieldText(ofRow(id), { ...DISPLAY, width: null }).replace(/\n {12}/g, " ");
      const lines = text.split("\n").filter((line) => line.startsWith("ALSO:") || line.startsWith("NOTE:"));
      for (const line of lines) {
        const clauses = line
          .replace(/^.*?\((?=[^()]*; )/, "")
          .split(/; |\)$/)
          .filter((clause) => clause.length > 20);
        expect(new Set(clauses).size, line).toBe(clauses.length);
      }
    }
  });

  it("has a line for every row, and none is wider than the terminal", () => {
    for (const { id, from } of ROWS) {
      const text = explainFieldText(ofRow(id), DISPLAY);
      expect(text).toContain(from.kind);
      const long = text.split("\n").filter((line) => line.length > 90 && !/^\S+:? *\S+$/.test(line.trim()));
      expect(long).toEqual([]);
    }
  });
});
