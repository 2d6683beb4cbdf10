import { describe, expect, it } from "vitest";
import { readAdmission } from "../../src/catalogue/listeners.ts";
import { admitsEveryNamespace, openToAll } from "../../src/diagnose/exposure.ts";
import { Field } from "../../src/model/fields.ts";
import type { Listener, ListenerHolder, NamespaceAdmission } from "../../src/model/listener.ts";

const GROUP = "gateway.networking.k8s.io";

/** What is written under `namespaces`, as read. */
function admission(namespaces: unknown, defaultFrom: "Same" | "None" = "Same"): NamespaceAdmission {
  return readAdmission(
    Field.root(namespaces, () => {}),
    defaultFrom,
  );
}

function selector(...matchExpressions: readonly object[]): unknown {
  return { from: "Selector", selector: { matchExpressions } };
}

const NAME = "kubernetes.io/metadata.name";
const EVERY_NAME = { key: NAME, operator: "Exists" };

describe("every namespace is admitted by", () => {
  const table: readonly (readonly [string, unknown, boolean])[] = [
    ["All", { from: "All" }, true],
    ["All, whatever the selector", { from: "All", selector: { matchLabels: { a: "b" } } }, true],
    ["an empty selector", { from: "Selector", selector: {} }, true],
    ["a selector with empty lists", { from: "Selector", selector: { matchLabels: {}, matchExpressions: [] } }, true],
    ["the label that every Namespace carries", selector(EVERY_NAME), true],
    ["the same twice", selector(EVERY_NAME, EVERY_NAME), true],
    ["the same and another", selector(EVERY_NAME, { key: "a", operator: "Exists" }), false],
    ["another label", selector({ key: "a", operator: "Exists" }), false],
    ["the absence of a label", selector({ key: "a", operator: "DoesNotExist" }), false],
    ["one value of the label", selector({ key: NAME, operator: "In", values: ["a"] }), false],
    ["all values but one", selector({ key: NAME, operator: "NotIn", values: ["a"] }), false],
    ["an unknown operator", selector({ key: NAME, operator: "exists" }), false],
    ["a label with a value", { from: "Selector", selector: { matchLabels: { a: "b" } } }, false],
    ["no selector", { from: "Selector" }, false],
    ["what cannot be read", { from: "Selector", selector: { matchLabels: "a=b" } }, false],
    ["an unknown word", { from: "Any" }, false],
    ["Same", { from: "Same" }, false],
    ["nothing written", undefined, false],
  ];
  it.each(table)("%s", (_, written, expected) => {
    expect(admitsEveryNamespace(admission(written))).toBe(expected);
    const ofGateway = admission(written, "None");
    expect(admitsEveryNamespace(ofGateway)).toBe(expected);
  });
  it("None: not", () => {
    expect(admitsEveryNamespace(admission({ from: "None" }, "None"))).toBe(false);
  });
});

function listener(index: number, namespaces: unknown): Listener {
  return {
    name: `l${index}`,
    index,
    port: 80,
    protocol: "HTTP",
    hostname: null,
    tlsMode: "Terminate",
    kinds: null,
    namespaces: admission(namespaces),
  };
}

function gateway(name: string, allowedListeners: unknown, ...listeners: readonly unknown[]): ListenerHolder {
  return {
    holder: "gateway",
    id: { group: GROUP, kind: "Gateway", namespace: "edge", name },
    listeners: listeners.map((namespaces, index) => listener(index, namespaces)),
    allowedListeners: admission(allowedListeners, "None"),
  };
}

function set(name: string, ...listeners: readonly unknown[]): ListenerHolder {
  return {
    holder: "set",
    id: { group: GROUP, kind: "ListenerSet", namespace: "app", name },
    listeners: listeners.map((namespaces, index) => listener(index, namespaces)),
    parent: null,
  };
}

function exposed(...holders: readonly ListenerHolder[]): readonly string[] {
  return openToAll(holders).map((finding) => {
    const where = `${finding.severity} ${finding.code} ${finding.subject?.namespace}/${finding.subject?.name}`;
    if (finding.code === "listener-open-to-all") return `${where}#${finding.listener.name}`;
    return finding.code === "gateway-open-to-all" ? `${where} ${finding.admission.from}` : where;
  });
}

const ALL = { from: "All" };

describe("findings", () => {
  it("a listener for every namespace", () => {
    expect(exposed(gateway("gw", undefined, ALL))).toEqual(["warning listener-open-to-all edge/gw#l0"]);
    expect(exposed(gateway("gw", undefined, { from: "Selector", selector: {} }))).toEqual([
      "warning listener-open-to-all edge/gw#l0",
    ]);
    expect(exposed(set("ls", ALL))).toEqual(["warning listener-open-to-all app/ls#l0"]);
  });
  it("a Gateway for the listeners of every namespace", () => {
    expect(exposed(gateway("gw", ALL))).toEqual(["warning gateway-open-to-all edge/gw All"]);
    expect(exposed(gateway("gw", { from: "Selector", selector: {} }))).toEqual([
      "warning gateway-open-to-all edge/gw Selector",
    ]);
  });
  it("nothing where somebody is left out", () => {
    expect(exposed(gateway("gw", undefined, undefined), set("ls", { from: "Same" }))).toEqual([]);
    expect(exposed(gateway("gw", { from: "Same" }, selector({ key: "a", operator: "Exists" })))).toEqual([]);
  });
  it("in the order of the objects", () => {
    const holders = [gateway("b", ALL, ALL, undefined, ALL), gateway("a", undefined, ALL), set("ls", ALL)];
    const expected = [
      "warning listener-open-to-all app/ls#l0",
      "warning listener-open-to-all edge/a#l0",
      "warning gateway-open-to-all edge/b All",
      "warning listener-open-to-all edge/b#l0",
      "warning listener-open-to-all edge/b#l2",
    ];
    expect(exposed(...holders)).toEqual(expected);
    expect(exposed(...holders.toReversed())).toEqual(expected);
  });
});
