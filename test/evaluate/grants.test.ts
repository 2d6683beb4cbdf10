import { describe, expect, it } from "vitest";
import { core, GW, gateway, grant, type Manifest, namespace, reportOn, route, verdictOf } from "../harness/world.ts";

const api = core("Service", "backend", "api");
const toApi = route("HTTPRoute", "app", "web", {
  rules: [{ backendRefs: [{ name: "api", namespace: "backend", port: 80 }] }],
});

/** The verdict on the route's one reference in a world with these grants. */
function decide(...grants: readonly Manifest[]) {
  const [decision] = reportOn([api, toApi, ...grants]).decisions;
  if (decision?.handshake !== "grant") throw new Error("no grant decision");
  return decision;
}

describe("a reference that crosses a namespace", () => {
  it("is permitted by one grant whose from and to both match", () => {
    const decision = decide(grant("backend", "g", [{}], [{}]));
    expect(verdictOf(decision)).toBe("permitted");
    expect(decision.outcome.verdict === "permitted" && decision.outcome.witness.by).toBe("grant");
  });

  it("is refused when there is no grant, with nothing to point at", () => {
    const decision = decide();
    expect(verdictOf(decision)).toBe("refused RefNotPermitted");
    expect(decision.outcome.trials).toEqual([]);
  });

  // One clause varied at a time: docs/rules.md §1.3 and the *InvalidReferenceGrant conformance tests.
  it.each([
    ["grant.namespace", grant("app", "g", [{}], [{}])],
    ["grant.namespace", grant("elsewhere", "g", [{}], [{ name: "api" }])],
    ["from.group", grant("backend", "g", [{ group: "gateway.networking.x-k8s.io" }], [{}])],
    ["from.kind", grant("backend", "g", [{ kind: "GRPCRoute" }], [{}])],
    ["from.namespace", grant("backend", "g", [{ namespace: "other" }], [{}])],
    ["to.group", grant("backend", "g", [{}], [{ group: "core" }])],
    ["to.kind", grant("backend", "g", [{}], [{ kind: "Secret" }])],
    ["to.name", grant("backend", "g", [{}], [{ name: "other" }])],
    ["to.name", grant("backend", "g", [{}], [{ name: "*" }])],
    ["from.kind", grant("backend", "g", [{ kind: "httproute" }], [{}])],
    ["to.kind", grant("backend", "g", [{}], [{ kind: "Services" }])],
  ])("is refused, and the nearest miss is %s", (clause, near) => {
    const { outcome } = decide(near);
    expect(outcome.verdict).toBe("refused");
    expect(outcome.trials[0]?.failed).toEqual([clause]);
  });

  it("a grant of a third namespace that opens all of it is no near miss", () => {
    expect(decide(grant("elsewhere", "g", [{}], [{}])).outcome.trials).toEqual([]);
  });

  it("of two near misses the one that names the target is the nearer, whatever they are called", () => {
    const { outcome } = decide(
      grant("backend", "a", [{}], [{ name: "other" }]),
      grant("backend", "b", [{ kind: "GRPCRoute" }], [{ name: "api" }]),
    );
    expect(outcome.trials.map((trial) => trial.grant.id.name)).toEqual(["b", "a"]);
  });

  it("pairs every from with every to of one grant", () => {
    const wide = grant("backend", "g", [{ namespace: "other" }, {}], [{ kind: "Secret" }, { name: "api" }]);
    const { outcome } = decide(wide);
    expect(outcome.trials.map(({ from, to, failed }) => [from, to, failed])).toEqual([[1, 1, []]]);
  });

  it("keeps the nearest misses only, however many there are", () => {
    const names = Array.from({ length: 40 }, (_, index) =>
      grant("backend", `g${index}`, [{}], [{ name: `s${index}` }]),
    );
    const { outcome } = decide(...names, grant("backend", "z", [{ kind: "GRPCRoute" }], [{ name: "api" }]));
    expect(outcome.trials.length).toBe(8);
    expect(outcome.trials[0]?.failed).toEqual(["from.kind"]);
  });

  it("never pairs the from of one grant with the to of another", () => {
    const decision = decide(
      grant("backend", "a", [{}], [{ kind: "Secret" }]),
      grant("backend", "b", [{ kind: "GRPCRoute" }], [{}]),
    );
    expect(verdictOf(decision)).toBe("refused RefNotPermitted");
  });

  it("names every grant that permits it", () => {
    const { outcome } = decide(grant("backend", "b", [{}], [{}]), grant("backend", "a", [{}], [{ name: "api" }]));
    const witnesses = outcome.verdict === "permitted" && outcome.witness.by === "grant" ? outcome.witness.trials : [];
    expect(witnesses.map((trial) => trial.grant.id.name)).toEqual(["a", "b"]);
  });

  it("ignores the version of the grant", () => {
    for (const version of ["v1", "v1beta1", "v1alpha2"]) {
      expect(verdictOf(decide({ ...grant("backend", "g", [{}], [{}]), apiVersion: `${GW}/${version}` }))).toBe(
        "permitted",
      );
    }
  });

  it("counts a grant that is being deleted, and says so", () => {
    const leaving = {
      ...grant("backend", "g", [{}], [{}]),
      metadata: { namespace: "backend", name: "g", deletionTimestamp: "2026-01-01T00:00:00Z" },
    };
    expect(verdictOf(decide(leaving))).toBe("permitted");
    expect(reportOn([api, toApi, leaving]).findings.map(({ code }) => code)).toContain("grant-terminating");
  });

  it("gets nothing from an entry that the schema forbids", () => {
    const without = (entry: object): Manifest => ({
      ...grant("backend", "g", [{}], []),
      spec: { from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }], to: [entry] },
    });
    for (const entry of [{ kind: "Service" }, { group: "", kind: "Service", name: "" }, { group: "" }]) {
      expect(verdictOf(decide(without(entry)))).toBe("refused RefNotPermitted");
    }
    // null is pruned by the API server and means "every name".
    expect(verdictOf(decide(grant("backend", "g", [{}], [{ name: null }])))).toBe("permitted");
  });

  it("does not trip over a grant without spec", () => {
    expect(
      verdictOf(
        decide({ apiVersion: `${GW}/v1`, kind: "ReferenceGrant", metadata: { namespace: "backend", name: "g" } }),
      ),
    ).toBe("refused RefNotPermitted");
  });
});

describe("a reference that stays in its namespace", () => {
  it("needs no grant, also when it writes the namespace out", () => {
    const local = route("HTTPRoute", "app", "web", {
      rules: [
        {
          backendRefs: [
            { name: "a", port: 80 },
            { name: "a", namespace: "app", port: 80 },
          ],
        },
      ],
    });
    expect(reportOn([local, core("Service", "app", "a")]).decisions.map(verdictOf)).toEqual(["permitted", "permitted"]);
  });
});

describe("a route under a Service parent (mesh)", () => {
  const mesh = { group: "", kind: "Service", name: "echo", namespace: "mesh" };
  const rules = [{ backendRefs: [{ name: "echo", namespace: "mesh", port: 80 }] }];

  it("needs no grant", () => {
    const report = reportOn([
      route("HTTPRoute", "app", "web", { parentRefs: [mesh], rules }),
      core("Service", "mesh", "echo"),
    ]);
    expect(report.decisions.map(verdictOf)).toEqual(["permitted", "permitted"]);
    expect(report.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["info mesh-exemption"]);
  });

  it("does not make a grant for it look unused, since some meshes ask for one", () => {
    const covered = [
      route("HTTPRoute", "app", "web", { parentRefs: [mesh], rules }),
      core("Service", "mesh", "echo"),
      grant("mesh", "g", [{}], [{ name: "echo" }]),
    ];
    expect(reportOn([namespace("app"), ...covered]).findings).toEqual([]);
  });

  it("needs its parent to be there", () => {
    const orphan = route("HTTPRoute", "app", "web", { parentRefs: [mesh] });
    expect(reportOn([orphan]).decisions.map(verdictOf)).toEqual(["refused ParentNotFound"]);
    expect(reportOn([orphan], false).decisions.map(verdictOf)).toEqual(["unknown"]);
  });

  it("with a Gateway parent too gets a verdict for each, and counts once", () => {
    const both = route("HTTPRoute", "app", "web", { parentRefs: [mesh, { name: "gw" }], rules });
    const { decisions, counts } = reportOn([
      both,
      core("Service", "mesh", "echo"),
      gateway("app", "gw", [{ name: "http", port: 80, protocol: "HTTP" }]),
    ]);
    const grants = decisions.flatMap((decision) => (decision.handshake === "grant" ? [decision] : []));
    expect(grants.map((decision) => [decision.reference.scope, verdictOf(decision)])).toEqual([
      [{ regime: "gateway", parentRefs: [1], shared: true }, "refused RefNotPermitted"],
      [{ regime: "mesh", parentRefs: [0], shared: true }, "permitted"],
    ]);
    expect(counts.crossing.grant).toEqual({ permitted: 0, refused: 1, unknown: 0 });
  });
});

describe("fields that hold references", () => {
  const backendRef = { name: "api", namespace: "backend", port: 80 };
  const filters = [
    { type: "RequestMirror", requestMirror: { backendRef } },
    { type: "ExternalAuth", externalAuth: { backendRef } },
  ];

  it.each([
    [
      "HTTPRoute",
      ["backendRefs", "requestMirror", "backendRefs.requestMirror", "externalAuth", "backendRefs.externalAuth"],
    ],
    ["GRPCRoute", ["backendRefs", "requestMirror", "backendRefs.requestMirror"]],
    ["TLSRoute", ["backendRefs"]],
    ["TCPRoute", ["backendRefs"]],
    ["UDPRoute", ["backendRefs"]],
  ])("of a %s are all found", (kind, fields) => {
    const everywhere = route(kind, "app", "r", { rules: [{ filters, backendRefs: [{ ...backendRef, filters }] }] });
    const { decisions } = reportOn([everywhere, api]);
    expect(decisions.map(({ reference }) => reference.row)).toEqual(fields.map((field) => `${kind}.${field}`));
    expect(new Set(decisions.map(verdictOf))).toEqual(new Set(["refused RefNotPermitted"]));
    // A grant for this kind permits them all, one for another kind none.
    expect(
      new Set(reportOn([everywhere, api, grant("backend", "g", [{ kind }], [{}])]).decisions.map(verdictOf)),
    ).toEqual(new Set(["permitted"]));
  });

  it("a backend of weight 0 counts, a rule without backends does not", () => {
    const zero = route("HTTPRoute", "app", "r", {
      rules: [{ backendRefs: [{ ...backendRef, weight: 0 }] }, {}, { backendRefs: [] }],
    });
    expect(reportOn([zero, api]).decisions.map(verdictOf)).toEqual(["refused RefNotPermitted"]);
  });

  it("a backend of another kind needs a grant for that kind", () => {
    const imported = route("HTTPRoute", "app", "r", {
      rules: [{ backendRefs: [{ ...backendRef, group: "multicluster.x-k8s.io", kind: "ServiceImport" }] }],
    });
    const worlds = [
      grant("backend", "g", [{}], [{}]),
      grant("backend", "g", [{}], [{ group: "multicluster.x-k8s.io", kind: "ServiceImport" }]),
    ];
    expect(worlds.map((one) => reportOn([imported, one]).decisions.map(verdictOf))).toEqual([
      ["refused RefNotPermitted"],
      ["permitted"],
    ]);
  });
});

describe("a Gateway's references", () => {
  const certificate = (tls: object) => gateway("edge", "gw", [{ name: "https", port: 443, protocol: "HTTPS", tls }]);
  const rows = (manifest: Manifest) => reportOn([manifest]).decisions.map(({ reference }) => reference.row);
  const secret = { certificateRefs: [{ name: "c", namespace: "certs" }] };
  const caRefs = {
    validation: { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca", namespace: "certs" }] },
  };

  it("certificateRefs count unless the listener passes TLS through", () => {
    expect(rows(certificate(secret))).toEqual(["Gateway.certificateRefs"]);
    expect(rows(certificate({ ...secret, mode: "Passthrough" }))).toEqual([]);
  });

  it("a grant for routes does not help a Gateway, nor one for another kind of target", () => {
    const secrets = core("Secret", "certs", "c");
    const verdicts = (one: Manifest) => reportOn([certificate(secret), secrets, one]).decisions.map(verdictOf);
    expect(verdicts(grant("certs", "g", [{ namespace: "edge" }], [{ kind: "Secret" }]))).toEqual([
      "refused RefNotPermitted",
    ]);
    expect(verdicts(grant("certs", "g", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "ConfigMap" }]))).toEqual([
      "refused RefNotPermitted",
    ]);
    expect(verdicts(grant("certs", "g", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "Secret" }]))).toEqual([
      "permitted",
    ]);
  });

  it("client CAs count where an HTTPS listener uses them", () => {
    const https = { name: "https", port: 443, protocol: "HTTPS" };
    const http = { name: "http", port: 80, protocol: "HTTP" };
    const frontend = (perPort: readonly object[]) => ({ tls: { frontend: { default: caRefs, perPort } } });
    expect(rows(gateway("edge", "gw", [https, http], frontend([])))).toEqual([
      "Gateway.frontend.default.caCertificateRefs",
    ]);
    // An entry for the only HTTPS port takes the place of the default; one for an HTTP port is ignored.
    expect(
      rows(
        gateway(
          "edge",
          "gw",
          [https, http],
          frontend([
            { port: 443, tls: caRefs },
            { port: 80, tls: caRefs },
          ]),
        ),
      ),
    ).toEqual(["Gateway.frontend.perPort.caCertificateRefs"]);
    expect(rows(gateway("edge", "gw", [http], frontend([])))).toEqual([]);
  });

  it("the client certificate for backends is one", () => {
    expect(
      rows(
        gateway("edge", "gw", [], { tls: { backend: { clientCertificateRef: { name: "c", namespace: "certs" } } } }),
      ),
    ).toEqual(["Gateway.backend.clientCertificateRef"]);
  });

  it("a ClusterTrustBundle has no namespace and needs no grant", () => {
    const bundle = {
      validation: { caCertificateRefs: [{ group: "certificates.k8s.io", kind: "ClusterTrustBundle", name: "b" }] },
    };
    const [decision] = reportOn([
      gateway("edge", "gw", [{ name: "https", port: 443, protocol: "HTTPS" }], {
        tls: { frontend: { default: bundle } },
      }),
    ]).decisions;
    expect(decision?.outcome.verdict === "permitted" && decision.outcome.witness.by).toBe("clusterScoped");
  });

  it("a ListenerSet needs a grant of its own", () => {
    const set: Manifest = {
      apiVersion: `${GW}/v1`,
      kind: "ListenerSet",
      metadata: { namespace: "edge", name: "set" },
      spec: { parentRef: { name: "gw" }, listeners: [{ name: "a", port: 443, protocol: "HTTPS", tls: secret }] },
    };
    const verdict = (kind: string) =>
      reportOn([
        set,
        core("Secret", "certs", "c"),
        grant("certs", "g", [{ kind, namespace: "edge" }], [{ kind: "Secret" }]),
      ])
        .decisions.filter(({ handshake }) => handshake === "grant")
        .map(verdictOf);
    expect([verdict("Gateway"), verdict("ListenerSet")]).toEqual([["refused RefNotPermitted"], ["permitted"]]);
  });
});

describe("existence", () => {
  const permit = grant("backend", "g", [{}], [{}]);
  it("is looked at after permission only", () => {
    const denied = reportOn([toApi, namespace("backend")]);
    expect(denied.findings.map(({ code }) => code)).toEqual(["ref-not-permitted"]);
    expect(reportOn([toApi, permit]).findings.map(({ code }) => code)).toContain("target-not-found");
    expect(reportOn([toApi, permit, api]).findings.map(({ code }) => code)).not.toContain("target-not-found");
  });

  it("is not claimed when the files are not the whole world, nor of kinds that are not read", () => {
    expect(reportOn([toApi, permit], false).findings.map(({ code }) => code)).not.toContain("target-not-found");
    const imported = route("HTTPRoute", "app", "r", {
      rules: [{ backendRefs: [{ group: "x.io", kind: "Thing", name: "t" }] }],
    });
    expect(reportOn([imported]).findings).toEqual([]);
  });
});
