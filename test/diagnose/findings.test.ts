import { describe, expect, it } from "vitest";
import { exitCode } from "../../src/diagnose/exit-code.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { audit } from "../../src/pipeline.ts";
import { findingText } from "../../src/render/finding-prose.ts";
import { core, GW, gateway, grant, type Manifest, namespace, reportOn, route, snapshotOf } from "../harness/world.ts";

const PLAIN = { width: null, color: false, unicode: true, headers: true };
const namespaces = [namespace("app"), namespace("backend"), namespace("edge")];
const api = core("Service", "backend", "api");
const web = route("HTTPRoute", "app", "web", {
  rules: [{ backendRefs: [{ name: "api", namespace: "backend", port: 80 }] }],
});

/** `severity code: message` of everything found in a closed world with the three namespaces. */
function found(...manifests: readonly Manifest[]): readonly string[] {
  return reportOn([...namespaces, ...manifests]).findings.map(
    (finding) => `${finding.severity} ${finding.code}: ${findingText(finding, PLAIN).message}`,
  );
}

/** The same of objects that a cluster gave. */
function foundInCluster(manifests: readonly Manifest[], more: Partial<Snapshot> = {}): readonly string[] {
  const snapshot: Snapshot = { ...snapshotOf([...namespaces, ...manifests]), source: "cluster", ...more };
  return audit(snapshot, { namespace: null, selector: [] }).findings.map(
    (finding) => `${finding.severity} ${finding.code}: ${findingText(finding, PLAIN).message}`,
  );
}

describe("references", () => {
  it("not permitted", () => {
    expect(found(web, api)).toEqual(["error ref-not-permitted: rules[0].backendRefs[0] → Service backend/api"]);
  });
  it("not attached", () => {
    const lost = route("HTTPRoute", "app", "web", { parentRefs: [{ name: "gw", sectionName: "https", port: 443 }] });
    expect(found(lost, gateway("app", "gw", [{ name: "http", port: 80, protocol: "HTTP" }]))).toEqual([
      "error not-attached: parentRefs[0] → Gateway app/gw#https:443",
    ]);
  });
  it("permitted, but the target is missing; a namesake elsewhere is named", () => {
    const report = reportOn([
      ...namespaces,
      web,
      grant("backend", "g", [{}], [{ name: "api" }]),
      core("Service", "edge", "api"),
    ]);
    const missing = report.findings.find(({ code }) => code === "target-not-found");
    expect(missing && findingText(missing, PLAIN)).toEqual({
      message: "rules[0].backendRefs[0] → Service backend/api",
      reason: "BackendNotFound",
      detail:
        "it is permitted, but there is no Service backend/api; Service edge/api exists: is the namespace of the reference right?",
    });
  });
  it("a Secret that is missing has the reason that a listener would show", () => {
    const tls = { certificateRefs: [{ name: "gone" }] };
    const report = reportOn([
      namespace("edge"),
      gateway("edge", "gw", [{ name: "https", port: 443, protocol: "HTTPS", tls }]),
    ]);
    expect(report.findings.map((finding) => findingText(finding, PLAIN).reason)).toEqual(["InvalidCertificateRef"]);
  });
});

describe("grants", () => {
  it("in use and to the point are no finding", () => {
    expect(found(web, api, grant("backend", "g", [{}], [{ name: "api" }]))).toEqual([]);
  });
  it("unused", () => {
    expect(found(api, grant("backend", "g", [{}], [{ name: "api" }]))).toEqual([
      "warning grant-unused: nothing uses it",
    ]);
  });
  it("with unused entries", () => {
    expect(
      found(
        web,
        api,
        core("Service", "backend", "b"),
        grant("backend", "g", [{}, { namespace: "edge" }], [{ name: "api" }, { name: "b" }]),
      ),
    ).toEqual(["info grant-unused: nothing uses from[1], to[1]"]);
  });
  it("from a namespace that does not exist: said once", () => {
    expect(found(api, grant("backend", "g", [{ namespace: "gone" }], [{ name: "api" }]))).toEqual([
      "warning grant-dangling: from[0] names Namespace gone, which does not exist",
    ]);
  });
  it("to an object that does not exist: said once", () => {
    expect(found(grant("backend", "g", [{}], [{ name: "gone" }]))).toEqual([
      "warning grant-dangling: to[0] names Service backend/gone, which does not exist",
    ]);
    expect(found(api, grant("backend", "g", [{}], [{ name: "gone" }, { name: "api" }]))).toEqual([
      "warning grant-dangling: to[0] names Service backend/gone, which does not exist",
      "warning grant-unused: nothing uses it",
    ]);
    expect(found(web, api, grant("backend", "g", [{}], [{ name: "gone" }, { name: "api" }]))).toEqual([
      "warning grant-dangling: to[0] names Service backend/gone, which does not exist",
    ]);
  });
  it("that trust their own namespace: said once", () => {
    expect(found(api, grant("backend", "g", [{ namespace: "backend" }], [{}]))).toEqual([
      "warning grant-inert: from[0] names the grant's own namespace, where no grant is needed; it permits nothing",
    ]);
  });
  it("that mean to let routes attach", () => {
    expect(found(grant("edge", "g", [{}], [{ group: GW, kind: "Gateway" }]))).toEqual([
      "warning grant-inert: to[0] names a kind that routes attach to; that is for allowedRoutes of its listeners, a grant has no part in it",
    ]);
  });
  it("with a star for a name, or a kind without namespaces, can match nothing", () => {
    expect(found(web, api, grant("backend", "g", [{}], [{ name: "*" }]))).toEqual([
      "error ref-not-permitted: rules[0].backendRefs[0] → Service backend/api",
      'warning grant-inert: to[0] has the name "*", which is no wildcard and no object\'s name; leave the name out to mean every one',
    ]);
    expect(
      found(
        grant(
          "backend",
          "g",
          [{ kind: "Gateway", namespace: "edge" }],
          [{ group: "certificates.k8s.io", kind: "ClusterTrustBundle" }],
        ),
      ),
    ).toEqual(["warning grant-inert: to[0] names a kind without namespaces, which needs no grant; it permits nothing"]);
  });
  it("for every Secret: a warning, used or not; for every Service: a word, if it is used", () => {
    const broad = "to[0] admits every";
    expect(found(grant("backend", "g", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "Secret" }]))).toContain(
      `warning grant-broad: ${broad} Secret of backend; name the ones that are needed`,
    );
    expect(found(web, api, grant("backend", "g", [{}], [{}]))).toEqual([
      `info grant-broad: ${broad} Service of backend; name the ones that are needed`,
    ]);
    expect(found(api, grant("backend", "g", [{}], [{}]))).toEqual(["warning grant-unused: nothing uses it"]);
  });
  it("with kinds that nobody here knows cannot be called unused", () => {
    expect(
      found(
        grant("backend", "g", [{ group: "example.com", kind: "Widget" }], [{ group: "example.com", kind: "Gadget" }]),
      ),
    ).toEqual([
      "info grant-unknown-kind: from[0] names Widget of group example.com, a kind whose references are not known here; whether it is in use cannot be told",
      "info grant-unknown-kind: to[0] names Gadget of group example.com, a kind whose references are not known here; whether it is in use cannot be told",
    ]);
  });
  it("with a slip in group or kind are asked what was meant", () => {
    expect(found(web, api, grant("backend", "g", [{ kind: "httproutes" }], [{ group: "core" }]))).toEqual([
      "error ref-not-permitted: rules[0].backendRefs[0] → Service backend/api",
      "warning grant-unknown-kind: from[0] names httproutes of group gateway.networking.k8s.io: did you mean HTTPRoute of group gateway.networking.k8s.io?",
      'warning grant-unknown-kind: to[0] names Service of group core: did you mean Service of group ""?',
    ]);
  });
  it("for a vendor's kind that happens to be called alike are not called a slip", () => {
    expect(found(grant("backend", "g", [{}], [{ group: "serving.knative.dev", kind: "Service" }]))[0]).toMatch(
      /^info grant-unknown-kind: to\[0\] names Service of group serving.knative.dev, a kind whose/,
    );
  });
  it("that the schema forbids are told in the schema's words, in files", () => {
    expect(found(api, grant("backend", "g", [{ namespace: "*" }], [{ name: "api" }]))).toEqual([
      'error manifest-rejected: spec.from[0].namespace should be the name of one namespace, found "*"',
    ]);
  });
  it("hidden referrers keep a grant from being called unused", () => {
    const gaps: Snapshot["gaps"] = [
      { cause: "forbidden", groupKind: { group: GW, kind: "HTTPRoute" }, namespace: "app", detail: "hidden" },
    ];
    expect(foundInCluster([api, grant("backend", "g", [{}], [{ name: "api" }])], { gaps })).toEqual([]);
  });
});

describe("listeners", () => {
  it("open to all", () => {
    const listeners = [
      { name: "open", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
      { name: "closed", port: 81, protocol: "HTTP" },
    ];
    expect(found(gateway("edge", "gw", listeners))).toEqual([
      "warning listener-open-to-all: listener open admits routes of every namespace (from: All)",
    ]);
  });
});

describe("clusters", () => {
  it("without ReferenceGrant, with references that need one", () => {
    expect(foundInCluster([web, api], { served: [{ group: GW, kind: "HTTPRoute", version: "v1" }] })).toEqual([
      "error referencegrant-not-served: this cluster has no ReferenceGrant, so none of 1 cross-namespace reference can be permitted",
      "error ref-not-permitted: rules[0].backendRefs[0] → Service backend/api",
    ]);
  });
  it("with a storable object that makes no sense", () => {
    const namespacesOf = { from: "Selector", selector: { matchExpressions: [{ key: "a", operator: "Is" }] } };
    expect(
      foundInCluster([
        gateway("edge", "gw", [{ name: "l", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: namespacesOf } }]),
      ]),
    ).toEqual([
      'error field-invalid: spec.listeners[0].allowedRoutes.namespaces.selector.matchExpressions[0].operator should be In, NotIn, Exists or DoesNotExist, found "Is"',
    ]);
  });
});

describe("scope", () => {
  const world = [
    ...namespaces,
    web,
    api,
    grant("backend", "g", [{}], [{}]),
    grant("edge", "other", [{ kind: "Gateway", namespace: "app" }], [{ kind: "Secret" }]),
  ];
  const scoped = (only: string | null, labels: { key: string; operator: "In"; values: string[] }[] = []) => {
    const report = audit(snapshotOf(world), { namespace: only, selector: labels });
    return [
      report.decisions.length,
      report.grants.map(({ grant: { id } }) => id.name).toSorted(),
      report.findings.map(({ code }) => code),
    ];
  };
  it("-n keeps what starts or ends there", () => {
    expect(scoped("backend")).toEqual([1, ["g"], ["grant-broad"]]);
    expect(scoped("app")).toEqual([1, ["g", "other"], ["grant-broad", "grant-unused", "grant-broad"]]);
    expect(scoped("edge")).toEqual([0, ["other"], expect.arrayContaining(["grant-unused"])]);
    expect(scoped("nowhere")).toEqual([0, [], []]);
  });
  it("-l keeps objects with these labels", () => {
    expect(scoped(null, [{ key: "team", operator: "In", values: ["a"] }])).toEqual([0, [], []]);
  });
});

describe("the exit code", () => {
  const blind = (kind: string) => {
    const groupKind = kind === "Secret" ? { group: "", kind } : { group: GW, kind };
    const gaps: Snapshot["gaps"] = [{ cause: "forbidden", groupKind, namespace: null, detail: "hidden" }];
    return audit({ ...snapshotOf(namespaces), source: "cluster", gaps }, { namespace: null, selector: [] });
  };
  const refused = reportOn([...namespaces, web, api]);
  const warned = reportOn([...namespaces, api, grant("backend", "g", [{}], [{ name: "api" }])]);
  const unknown = reportOn([web], false);
  const clean = reportOn(namespaces);
  it.each([
    [clean, "info", false, 0],
    [refused, "error", false, 1],
    [refused, "never", false, 0],
    [warned, "error", false, 0],
    [warned, "warning", false, 1],
    [unknown, "error", false, 4],
    [unknown, "error", true, 0],
    [unknown, "info", true, 1],
    // What nobody saw is not nothing; only what hides existence does not matter.
    [blind("HTTPRoute"), "error", false, 4],
    [blind("HTTPRoute"), "error", true, 0],
    [blind("Secret"), "error", false, 0],
    [refused, "error", true, 1],
  ] as const)("follows from the report alone (%#)", (report, failOn, allowUnknown, expected) => {
    expect(exitCode(report, { failOn, allowUnknown })).toBe(expected);
  });
});
