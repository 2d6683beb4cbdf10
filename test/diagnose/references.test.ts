import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { findingText } from "../../src/render/finding-prose.ts";
import {
  core,
  findingLines,
  GW,
  GWX,
  gateway,
  namespace,
  object,
  reportOn,
  reportOnCluster,
} from "../harness/world.ts";

/** What is said of references besides their verdicts. */

const PLAIN = { width: null, color: false, unicode: true, headers: true };
const NAMESPACES = ["app", "backend", "edge"].map((name) => namespace(name));

const said = ({ findings }: Report, code: string) =>
  findings
    .filter((finding) => finding.code === code)
    .map((finding) => {
      const { message, detail } = findingText(finding, PLAIN);
      return `${message}; ${detail}`;
    });

describe("fields that newer releases have no more", () => {
  const HTTPS = { name: "https", port: 443, protocol: "HTTPS" };
  const toCa = { group: "", kind: "ConfigMap", name: "ca", namespace: "backend" };
  const old = gateway("edge", "gw", [{ ...HTTPS, tls: { frontendValidation: { caCertificateRefs: [toCa] } } }]);
  const today = gateway("edge", "gw", [HTTPS], {
    tls: { frontend: { default: { validation: { caCertificateRefs: [toCa] } } } },
  });
  const ca = core("ConfigMap", "backend", "ca");

  it("are refused as a warning in files, since the API server drops them; as an error where a cluster has kept them", () => {
    const refusals = (report: Report) => findingLines(report).filter((line) => line.includes("ref-not-permitted"));
    expect(refusals(reportOn([...NAMESPACES, ca, old]))).toEqual(["warning ref-not-permitted Gateway edge/gw"]);
    expect(refusals(reportOnCluster([...NAMESPACES, ca, old]))).toEqual(["error ref-not-permitted Gateway edge/gw"]);
    expect(refusals(reportOn([...NAMESPACES, ca, today]))).toEqual(["error ref-not-permitted Gateway edge/gw"]);
  });
  it("keep their refusal an error where the whole kind is gone: its manifest is refused, and no field dropped", () => {
    const set = object(`${GWX}/v1alpha1`, "XListenerSet", "app", "set", {
      parentRef: { name: "gw", namespace: "edge" },
      listeners: [{ ...HTTPS, tls: { certificateRefs: [{ name: "cert", namespace: "backend" }] } }],
    });
    const lines = findingLines(reportOn([...NAMESPACES, core("Secret", "backend", "cert"), set]));
    expect(lines).toContain("error ref-not-permitted XListenerSet app/set");
    expect(lines.join()).not.toContain("field-retired");
  });
  it("are named, with the last release that had them", () => {
    expect(said(reportOn([...NAMESPACES, ca, old]), "field-retired")).toEqual([
      "listeners[0].tls.frontendValidation.caCertificateRefs[0] is no field of the Gateway API after v1.3.0; newer CRDs drop it without a word, and the reference with it",
    ]);
  });
  it("of a kind that is gone: it is the kind that is named, with what took its place", () => {
    const policy = object(`${GW}/v1alpha2`, "BackendLBPolicy", "app", "p", {
      targetRefs: [{ group: "", kind: "Service", name: "api" }],
    });
    expect(said(reportOn([...NAMESPACES, core("Service", "app", "api"), policy]), "field-retired")).toEqual([
      "BackendLBPolicy, which holds targetRefs[0], is no kind of the Gateway API after v1.2.0; XBackendTrafficPolicy has replaced it",
    ]);
  });
});

describe("parameters of a GatewayClass", () => {
  const withParameters = (parametersRef: object) =>
    object(`${GW}/v1`, "GatewayClass", null, "c", { controllerName: "example.com/c", parametersRef });
  const missing = (parametersRef: object) =>
    said(
      reportOn([...NAMESPACES, core("ConfigMap", "backend", "ca"), withParameters(parametersRef)]),
      "target-not-found",
    );
  const toCa = { group: "", kind: "ConfigMap", name: "ca" };

  it("of a kind in namespaces need one: that is said, not that the object is missing", () => {
    expect(missing(toCa)).toEqual([
      "parametersRef → ConfigMap ca; it lacks a namespace, without which no ConfigMap can be found; ConfigMap backend/ca exists: is the namespace of the reference right?",
    ]);
  });
  it("with a namespace are looked for there", () => {
    expect(missing({ ...toCa, namespace: "backend" })).toEqual([]);
    expect(missing({ ...toCa, namespace: "edge" })[0]).toContain("there is no ConfigMap edge/ca");
  });
});
