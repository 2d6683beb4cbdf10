import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { findingText } from "../../src/render/finding-prose.ts";
import { GW, GWX, type Manifest, object, reportOn, reportOnCluster, route } from "../harness/world.ts";

/** Versions that a world is stored and served in. */

const PLAIN = { width: null, color: false, unicode: true, headers: true };

/** `severity code: message` of what is said of versions. */
const said = ({ findings }: Report): readonly string[] =>
  findings
    .filter(({ code }) => code.startsWith("version-"))
    .map((finding) => `${finding.severity} ${finding.code}: ${findingText(finding, PLAIN).message}`);

/** The definition of a kind: `v1` is served, `(v1)` is not, `v1!` is served and deprecated; the first is for storing. */
function definition(
  kind: string,
  group: string,
  versions: readonly string[],
  storedVersions: readonly string[],
): Manifest {
  const plural = `${kind.toLowerCase()}s`;
  return {
    ...object("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, `${plural}.${group}`, {
      group,
      names: { kind, plural },
      versions: versions.map((text, index) => ({
        name: text.replace(/[()!]/g, ""),
        served: !text.startsWith("("),
        storage: index === 0,
        ...(text.endsWith("!") ? { deprecated: true } : {}),
      })),
    }),
    status: { storedVersions },
  };
}

describe("versions that objects are stored in", () => {
  const table: readonly (readonly [string, Manifest, readonly string[]])[] = [
    [
      "that releases have dropped stop the next upgrade",
      definition("ReferenceGrant", GW, ["v1beta1", "(v1alpha2)"], ["v1alpha2", "v1beta1"]),
      ["warning version-stored: ReferenceGrant objects may be stored as v1alpha2, which releases have dropped"],
    ],
    [
      "that were dropped, where the definition has no other yet",
      definition("BackendTLSPolicy", GW, ["v1alpha2"], ["v1alpha2"]),
      ["warning version-stored: BackendTLSPolicy objects may be stored as v1alpha2, which releases have dropped"],
    ],
    [
      "that the definition serves no more, or marks as deprecated, are on their way out",
      definition("TLSRoute", GW, ["v1", "(v1alpha2)", "v1alpha3!"], ["v1alpha2", "v1alpha3", "v1"]),
      ["info version-stored: TLSRoute objects may be stored as v1alpha2, v1alpha3, which releases have deprecated"],
    ],
    [
      "and so where nothing was stored in the newer one",
      definition("BackendTLSPolicy", GW, ["v1", "v1alpha3!"], ["v1alpha3"]),
      ["info version-stored: BackendTLSPolicy objects may be stored as v1alpha3, which releases have deprecated"],
    ],
    [
      "of both sorts are told apart",
      definition("BackendTLSPolicy", GW, ["v1", "(v1alpha3)"], ["v1alpha2", "v1alpha3", "v1"]),
      [
        "warning version-stored: BackendTLSPolicy objects may be stored as v1alpha2, which releases have dropped",
        "info version-stored: BackendTLSPolicy objects may be stored as v1alpha3, which releases have deprecated",
      ],
    ],
    ["that are for storing now are no finding", definition("BackendTLSPolicy", GW, ["v1alpha3"], ["v1alpha3"]), []],
    [
      "that are served beside the newer one neither",
      definition("ReferenceGrant", GW, ["v1", "v1beta1"], ["v1beta1", "v1"]),
      [],
    ],
    ["of a kind that is gone stop no upgrade", definition("XListenerSet", GWX, ["v1alpha1"], ["v1alpha1"]), []],
    ["nor of one that was replaced", definition("BackendLBPolicy", GW, ["v1alpha2"], ["v1alpha2"]), []],
  ];
  it.each(table)("%s", (_, crd, expected) => {
    expect(said(reportOn([crd]))).toEqual(expected);
    expect(said(reportOnCluster([crd]))).toEqual(expected);
  });
});

describe("versions that a cluster serves", () => {
  const spec = { rules: [] };
  const tcp = { ...route("TCPRoute", "app", "r", spec), apiVersion: `${GW}/v1alpha2` };
  const http = route("HTTPRoute", "app", "r", spec);
  const of = (world: readonly Manifest[], kind: string, version: string, group = GW) => {
    const served: Snapshot["served"] = [{ group, kind, version }];
    return said(reportOnCluster(world, { served, problems: [] }));
  };
  it("a deprecated one alone is a word, where there are objects", () => {
    const expected = ["info version-old: this cluster serves TCPRoute as v1alpha2 only, which is deprecated"];
    expect(of([tcp], "TCPRoute", "v1alpha2")).toEqual(expected);
    expect(of([], "TCPRoute", "v1alpha2")).toEqual([]);
    expect(of([tcp], "TCPRoute", "v1")).toEqual([]);
  });
  it("a dropped one is a warning", () => {
    const old = { ...http, apiVersion: `${GW}/v1alpha2` };
    expect(of([old], "HTTPRoute", "v1alpha2")).toEqual([
      "warning version-old: this cluster serves HTTPRoute as v1alpha2 only, which no supported release of the Gateway API does",
    ]);
  });
  it("the definition may say that one is deprecated, unless it serves another that is not", () => {
    const told = ["info version-old: this cluster serves HTTPRoute as v1 only, which is deprecated"];
    expect(of([http, definition("HTTPRoute", GW, ["v1!"], ["v1"])], "HTTPRoute", "v1")).toEqual(told);
    expect(of([http, definition("HTTPRoute", GW, ["v1!", "(v1beta1)"], ["v1"])], "HTTPRoute", "v1")).toEqual(told);
    expect(of([http, definition("HTTPRoute", GW, ["v2", "v1!"], ["v2"])], "HTTPRoute", "v1")).toEqual([]);
  });
});

describe("versions of files", () => {
  it("a deprecated one names the one to write, and what it depends on", () => {
    const { findings } = reportOn([{ ...route("TLSRoute", "app", "r", { rules: [] }), apiVersion: `${GW}/v1alpha3` }]);
    expect(findings.map((finding) => findingText(finding, PLAIN))).toEqual([
      {
        message: `${GW}/v1alpha3 is deprecated: write version v1`,
        reason: null,
        detail: "whether a cluster still takes it depends on channel and release of its CRDs",
      },
    ]);
  });
});
