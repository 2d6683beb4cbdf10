import { describe, expect, it } from "vitest";
import {
  ECOSYSTEM_KINDS,
  ECOSYSTEM_ROWS,
  KNOWN_TARGETS,
  LOOK_ALIKE_GRANTS,
  READ_WITH,
} from "../../src/catalogue/ecosystem.ts";
import { IMPLEMENTATIONS } from "../../src/catalogue/implementations.ts";
import { CLUSTER_SCOPED_REFERENTS, GATEWAY_API, OWN_KINDS, REFERENCE_GRANT } from "../../src/catalogue/kinds.ts";
import { namesGroup, namesKind } from "../../src/catalogue/names.ts";
import { ROWS } from "../../src/catalogue/rows.ts";
import { type GroupKind, groupKindKey, includesGroupKind, sameGroupKind } from "../../src/model/object.ts";

const CITATION = /^[A-Za-z0-9.-]+\/[A-Za-z0-9._-]+:[A-Za-z0-9._/-]+$/;
const PLURAL = /^[a-z]+$/;
/** Steps by dots from the root, `[]` behind a list, braces around a key with dots. */
const PATH = /^(spec|metadata)(\.([a-z][A-Za-z0-9]*(\[\])?|\{[a-z0-9./-]+\}))+$/;

const WALKED = ECOSYSTEM_ROWS.filter((row) => row.handshake !== "foreign-grant");
const READ_KINDS: readonly GroupKind[] = [...OWN_KINDS, ...ECOSYSTEM_KINDS];

function repeated(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}

function isSentence(quirk: string | null): boolean {
  return quirk === null || (quirk.trim() === quirk && quirk.length > 10 && !quirk.endsWith("."));
}

function isKind({ group, kind }: GroupKind): boolean {
  return namesGroup(group) && namesKind(kind);
}

describe("the rows of others", () => {
  it("have an id each, that no row of the specification has", () => {
    const all = [...new Set([...ROWS, ...ECOSYSTEM_ROWS])];
    expect(repeated(all.map((row) => row.id))).toEqual([]);
    for (const row of ECOSYSTEM_ROWS) expect(row.id).toMatch(new RegExp(`^${row.from.kind}\\.[A-Za-z0-9./-]+$`));
  });

  it("have one field each", () => {
    expect(repeated(ECOSYSTEM_ROWS.map((row) => `${groupKindKey(row.from)} ${row.path}`))).toEqual([]);
    for (const row of ECOSYSTEM_ROWS) expect(row.path).toMatch(PATH);
  });

  it("start from a kind that is read, unless another kind of grant decides", () => {
    expect(WALKED.filter((row) => !includesGroupKind(READ_KINDS, row.from)).map((row) => row.id)).toEqual([]);
  });

  it("name kinds, and each once", () => {
    for (const row of ECOSYSTEM_ROWS) {
      const named = [...(row.defaults === null ? [] : [row.defaults]), ...(row.alsoNames ?? [])];
      expect(named.length, row.id).toBeGreaterThan(0);
      expect(
        named.filter((kind) => !isKind(kind)),
        row.id,
      ).toEqual([]);
      expect(repeated(named.map(groupKindKey)), row.id).toEqual([]);
      expect(
        named.filter((kind) => includesGroupKind(CLUSTER_SCOPED_REFERENTS, kind)),
        row.id,
      ).toEqual([]);
    }
  });

  it("say so where a grant has to trust another kind than their own", () => {
    const others = ECOSYSTEM_ROWS.flatMap((row) =>
      row.handshake === "grant" && row.trustedAs !== undefined ? [[row.id, row.trustedAs.map(groupKindKey)]] : [],
    );
    expect(Object.fromEntries(others)).toEqual({
      "AIServiceBackend.backendRef": [`${GATEWAY_API}/HTTPRoute`],
      "ListenerPolicy.default.clientCertificateValidation.caCertificateRefs": [
        `${GATEWAY_API}/Gateway`,
        `${GATEWAY_API}/ListenerSet`,
      ],
    });
    expect(
      ECOSYSTEM_ROWS.filter((row) => row.handshake === "grant" && row.enforcement === "generated").map(({ id }) => id),
    ).toEqual(["AIServiceBackend.backendRef"]);
  });

  it("read what is no plain reference in a way of its own", () => {
    const special = ECOSYSTEM_ROWS.filter((row) => row.reading !== "reference");
    expect(Object.fromEntries(special.map((row) => [row.id, row.reading]))).toEqual({
      "ClientTrafficPolicy.targetSelectors": "object-selector",
      "BackendTrafficPolicy.targetSelectors": "object-selector",
      "EnvoyExtensionPolicy.targetSelectors": "object-selector",
      "SecurityPolicy.targetSelectors": "object-selector",
      "TrafficPolicy.apiKeyAuth.secretSelector": "object-selector",
      "KongConsumer.annotations.konghq.com/plugins": "plugin-list",
      "KongConsumerGroup.annotations.konghq.com/plugins": "plugin-list",
      "Service.annotations.konghq.com/plugins": "plugin-list",
      "Ingress.annotations.konghq.com/plugins": "plugin-list",
      "TCPIngress.annotations.konghq.com/plugins": "plugin-list",
      "UDPIngress.annotations.konghq.com/plugins": "plugin-list",
      "HTTPRoute.annotations.konghq.com/plugins": "plugin-list",
      "GRPCRoute.annotations.konghq.com/plugins": "plugin-list",
      "TLSRoute.annotations.konghq.com/plugins": "plugin-list",
      "TCPRoute.annotations.konghq.com/plugins": "plugin-list",
      "UDPRoute.annotations.konghq.com/plugins": "plugin-list",
      "GlobalAccelerator.listeners.endpointGroups.endpoints": "endpoint",
    });
  });

  it("say why, where a ReferenceGrant is of no use", () => {
    const idle = [...ECOSYSTEM_ROWS, ...KNOWN_TARGETS].filter(
      (row) => "enforcement" in row && row.enforcement === "ignored",
    );
    expect(idle.length).toBeGreaterThan(5);
    for (const { quirk, citation } of idle) expect(quirk, citation).not.toBeNull();
  });

  it("tell where they were read, and what is peculiar", () => {
    for (const row of [...ECOSYSTEM_ROWS, ...KNOWN_TARGETS]) {
      expect(row.citation).toMatch(CITATION);
      expect(row.quirk).toSatisfy(isSentence);
    }
  });

  it("belong to no release of the Gateway API", () => {
    for (const row of ECOSYSTEM_ROWS) expect([row.channel, row.until]).toEqual([null, null]);
    expect(new Set(ECOSYSTEM_ROWS.map((row) => row.since))).toEqual(new Set([null, "v2.4.0"]));
  });

  it("are so many", () => {
    const counts: Record<string, number> = {};
    for (const row of ECOSYSTEM_ROWS) {
      const weight = row.handshake === "grant" ? row.enforcement : row.handshake;
      const key = `${row.implementation} ${weight}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(counts).toEqual({
      "envoy-gateway required": 24,
      "envoy-gateway ignored": 4,
      "envoy-gateway same-namespace-only": 2,
      "envoy-ai-gateway required": 1,
      "envoy-ai-gateway generated": 1,
      "envoy-ai-gateway same-namespace-only": 5,
      "envoy-ai-gateway ignored": 2,
      "kgateway mode": 25,
      "agentgateway unverified": 9,
      "agentgateway mode": 52,
      "kong required": 14,
      "kong foreign-grant": 24,
      "nginx-gateway-fabric required": 3,
      "apisix required": 1,
      "aws-lbc required": 1,
      "fsm required": 1,
      "airlock declared": 3,
      "kuadrant required": 1,
      "cfgate required": 5,
    });
  });
});

describe("the kinds of others", () => {
  it("are read whole, in any version, under a plural of their own", () => {
    expect(repeated(READ_KINDS.map(groupKindKey))).toEqual([]);
    for (const info of ECOSYSTEM_KINDS) {
      expect(info).toMatchObject({ scope: "Namespaced", versions: null, retired: [], read: "object" });
      expect(info.plural).toMatch(PLURAL);
      expect(info.plural.slice(0, 4)).toBe(info.kind.toLowerCase().slice(0, 4));
      expect(info.plural.endsWith("s")).toBe(true);
      expect(info).toSatisfy(isKind);
    }
  });

  it("are there for a row each", () => {
    const idle = ECOSYSTEM_KINDS.filter((info) => !WALKED.some((row) => sameGroupKind(row.from, info)));
    expect(idle.map(groupKindKey)).toEqual([]);
  });

  it("wait for their companion where they are everywhere", () => {
    for (const { kind, onlyWith } of READ_WITH) {
      expect(includesGroupKind(ECOSYSTEM_KINDS, kind)).toBe(true);
      const rows = WALKED.filter((row) => sameGroupKind(row.from, kind));
      expect(rows.map((row) => row.defaults)).toEqual(rows.map(() => onlyWith));
    }
  });
});

describe("known targets", () => {
  it("belong to rows of the specification", () => {
    const ids = ROWS.map((row) => row.id);
    expect(KNOWN_TARGETS.flatMap((known) => known.rows).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("are told once for each implementation", () => {
    const told = KNOWN_TARGETS.flatMap((known) =>
      known.rows.map((id) => `${known.implementation} ${id} ${groupKindKey(known.target)}`),
    );
    expect(repeated(told)).toEqual([]);
    for (const { target } of KNOWN_TARGETS) expect(target).toSatisfy(isKind);
  });
});

describe("implementations", () => {
  it("tell where they live", () => {
    const named = new Set([...ECOSYSTEM_ROWS, ...KNOWN_TARGETS].map((row) => row.implementation));
    for (const id of named) expect(IMPLEMENTATIONS[id].repository, id).toMatch(/^[^/]+\/[^/]+$/);
  });
});

describe("look-alikes of ReferenceGrant", () => {
  it("are none, and each is told once", () => {
    expect(repeated(LOOK_ALIKE_GRANTS.map(groupKindKey))).toEqual([]);
    for (const grant of LOOK_ALIKE_GRANTS) {
      expect(sameGroupKind(grant, REFERENCE_GRANT)).toBe(false);
      expect(grant.plural).toBe(`${grant.kind.toLowerCase()}s`);
      expect(grant.citation).toMatch(CITATION);
      expect(grant).toSatisfy(isKind);
    }
  });

  it("include every kind that decides in the place of ReferenceGrant", () => {
    for (const row of ECOSYSTEM_ROWS) {
      if (row.handshake === "foreign-grant") expect(includesGroupKind(LOOK_ALIKE_GRANTS, row.grantKind)).toBe(true);
    }
  });
});
