import { describe, expect, it } from "vitest";
import { extract } from "../../src/catalogue/extract.ts";
import { healthIn, statementsIn } from "../../src/catalogue/status.ts";
import { judgements, ofStatus } from "../../src/diagnose/status.ts";
import { decide } from "../../src/evaluate/decide.ts";
import type { Finding } from "../../src/model/finding.ts";
import { formatPath } from "../../src/model/object.ts";
import { sightOf } from "../../src/model/sight.ts";
import type { Statement } from "../../src/model/status.ts";
import { findingText } from "../../src/render/finding-prose.ts";
import { auditText } from "../harness/printed.ts";
import { core, GW, gateway, grant, type Manifest, namespace, reportOn, route, snapshotOf } from "../harness/world.ts";

const GWX = "gateway.networking.x-k8s.io";
const OTHER_CONTROLLER = "example.com/other";
const CONTROLLER = "example.com/gateway";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly observedGeneration?: number | undefined;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** A condition of the generation that the objects here have. */
const says = (type: string, status: string, reason: string, more: Partial<Condition> = {}): Condition => ({
  type,
  status,
  reason,
  observedGeneration: 3,
  ...more,
});
const RESOLVED = says("ResolvedRefs", "True", "ResolvedRefs");
const DENIED = says("ResolvedRefs", "False", "RefNotPermitted");
const ACCEPTED = says("Accepted", "True", "Accepted");
const rejected = (reason: string) => says("Accepted", "False", reason);
const old = (condition: Condition): Condition => ({ ...condition, observedGeneration: 2 });

/** A manifest as a cluster gives it: with a generation and a status. */
function live(manifest: Manifest, status: object, generation: number | null = 3): Manifest {
  const metadata = Object(manifest.metadata);
  return { ...manifest, metadata: generation === null ? metadata : { ...metadata, generation }, status };
}

/** An entry of `status.parents`. */
const under = (parentRef: object, conditions: readonly Condition[], controllerName = CONTROLLER) => ({
  parentRef,
  controllerName,
  conditions,
});

function world(manifests: readonly Manifest[], closed: boolean) {
  const sight = sightOf(
    snapshotOf([...["app", "backend", "edge"].map((name) => namespace(name)), ...manifests], closed),
  );
  const extracted = extract(sight, null, "cluster");
  const decisions = decide({ ...extracted, sight });
  const holders = [...extracted.holders.values()];
  const hidesGrants = () => false;
  return { statements: statementsIn(sight), decisions, holders, healthOf: healthIn(sight), whole: true, hidesGrants };
}

const SUBJECTS = {
  parent: ({ subject }: Statement) => (subject.about === "parent" ? subject.parent.name : ""),
  listener: ({ subject }: Statement) => (subject.about === "listener" ? subject.listener : ""),
  object: () => "itself",
};

/** `severity code Kind name (about, controller) Type=Status: paths`. */
function line(finding: Finding): string {
  const statement =
    "disagreement" in finding ? finding.disagreement.statement : "statement" in finding ? finding.statement : null;
  if (statement === null) return finding.code;
  const { object, subject, condition, controller } = statement;
  const about = SUBJECTS[subject.about](statement);
  const paths =
    "disagreement" in finding
      ? `: ${finding.disagreement.decisions.map(({ reference }) => formatPath(reference.path)).join(", ")}`
      : "";
  const by = controller === CONTROLLER ? "" : ` by ${controller ?? "nobody"}`;
  return `${finding.severity} ${finding.code} ${object.kind} on ${about}${by} ${condition.type}=${condition.status}${paths}`;
}

function found(manifests: readonly Manifest[], closed = true): readonly string[] {
  return ofStatus(world(manifests, closed)).map(line);
}

const gatewayClass: Manifest = {
  apiVersion: `${GW}/v1`,
  kind: "GatewayClass",
  metadata: { name: "x" },
  spec: { controllerName: CONTROLLER },
};
const HTTP = { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } };
const gw = gateway("edge", "gw", [HTTP]);
const api = core("Service", "backend", "api");
const toApi = grant("backend", "g", [{}], [{ name: "api" }]);
const GW_REF = { name: "gw", namespace: "edge" };
const MESH_REF = { group: "", kind: "Service", name: "api", namespace: "backend" };
const BACKENDS = [{ backendRefs: [{ name: "api", namespace: "backend", port: 80 }] }];

/** A route of the namespace app to the Service of the namespace backend, under these parents, with these entries. */
function web(parents: readonly object[], spec: object = {}, parentRefs: readonly object[] = [GW_REF]): Manifest {
  return live(route("HTTPRoute", "app", "web", { parentRefs, rules: BACKENDS, ...spec }), { parents });
}

const PERMITS = "controller-permits-refused";
const REFUSES = "controller-refuses-permitted";
const BACKEND = "spec.rules[0].backendRefs[0]";

/** A situation by name, what is in the world, and what is found; `open` where files are not the whole world. */
type Situation = readonly [name: string, manifests: readonly Manifest[], expected: readonly string[], open?: "open"];

function check(situations: readonly Situation[]): void {
  for (const [name, manifests, expected, open] of situations) {
    it(name, () => expect(found(manifests, open !== "open")).toEqual(expected));
  }
}

describe("ResolvedRefs of a route", () => {
  const base = [gw, gatewayClass, api];
  const refused = (status: readonly Condition[]) => [...base, web([under(GW_REF, status)])];
  const granted = (status: readonly Condition[]) => [...refused(status), toApi];
  check([
    ["agrees on a refusal", refused([ACCEPTED, DENIED]), []],
    ["agrees on a permission", granted([ACCEPTED, RESOLVED]), []],
    [
      "permits what is refused",
      refused([ACCEPTED, RESOLVED]),
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "refuses what is permitted",
      granted([ACCEPTED, DENIED]),
      [`error ${REFUSES} HTTPRoute on gw ResolvedRefs=False: ${BACKEND}`],
    ],
    [
      "joins and repeats its reasons",
      granted([says("ResolvedRefs", "False", "BackendNotFound,RefNotPermitted, RefNotPermitted")]),
      [`error ${REFUSES} HTTPRoute on gw ResolvedRefs=False: ${BACKEND}`],
    ],
    ["refuses for another reason what is permitted", granted([says("ResolvedRefs", "False", "BackendNotFound")]), []],
    ["refuses for another reason what is refused", refused([says("ResolvedRefs", "False", "InvalidKind")]), []],
    ["does not know", granted([says("ResolvedRefs", "Unknown", "RefNotPermitted")]), []],
    [
      "permits what is refused, seen in an earlier generation",
      refused([ACCEPTED, old(RESOLVED)]),
      [`warning ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "refuses what is permitted, seen in an earlier generation",
      granted([ACCEPTED, old(DENIED)]),
      [`warning ${REFUSES} HTTPRoute on gw ResolvedRefs=False: ${BACKEND}`],
    ],
    [
      "does not say which generation it saw",
      refused([{ type: "ResolvedRefs", status: "True", reason: "ResolvedRefs" }]),
      [`warning ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "of an object without a generation",
      [
        ...base,
        live(
          route("HTTPRoute", "app", "web", { parentRefs: [GW_REF], rules: BACKENDS }),
          { parents: [under(GW_REF, [RESOLVED])] },
          null,
        ),
      ],
      [`warning ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    ["refuses where grants cannot be seen", [gw, web([under(GW_REF, [DENIED])])], [], "open"],
    [
      "permits one for which grants cannot be seen, and one that is refused",
      [
        gw,
        api,
        web([under(GW_REF, [RESOLVED])], {
          rules: [
            {
              backendRefs: [
                { name: "x", namespace: "hidden" },
                { name: "api", namespace: "backend" },
              ],
            },
          ],
        }),
      ],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: spec.rules[0].backendRefs[1]`],
      "open",
    ],
    [
      "refuses one for which grants cannot be seen, and one that is permitted",
      [
        gw,
        api,
        toApi,
        web([under(GW_REF, [DENIED])], {
          rules: [
            {
              backendRefs: [
                { name: "x", namespace: "hidden" },
                { name: "api", namespace: "backend" },
              ],
            },
          ],
        }),
      ],
      [],
      "open",
    ],
    [
      "contradicts the crossing references rather than the local ones",
      [
        ...base,
        toApi,
        web([under(GW_REF, [DENIED])], {
          rules: [{ backendRefs: [{ name: "own" }, { name: "api", namespace: "backend" }] }],
        }),
      ],
      [`error ${REFUSES} HTTPRoute on gw ResolvedRefs=False: spec.rules[0].backendRefs[1]`],
    ],
    [
      "refuses a route whose references are all local",
      [...base, web([under(GW_REF, [DENIED])], { rules: [{ backendRefs: [{ name: "own" }] }] })],
      [`error ${REFUSES} HTTPRoute on gw ResolvedRefs=False: ${BACKEND}`],
    ],
    ["refuses a route without references", [...base, web([under(GW_REF, [DENIED])], { rules: [] })], []],
    [
      "names a mirror in a filter",
      [
        ...base,
        web([under(GW_REF, [RESOLVED])], {
          rules: [
            {
              filters: [
                { type: "RequestMirror", requestMirror: { backendRef: { name: "api", namespace: "backend" } } },
              ],
            },
          ],
        }),
      ],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: spec.rules[0].filters[0].requestMirror.backendRef`],
    ],
    [
      "permits what may stand in a rule that the controller left out",
      refused([ACCEPTED, RESOLVED, says("PartiallyInvalid", "True", "UnsupportedValue")]),
      [`warning ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "permits what stands in a route with values that the controller does not support",
      refused([rejected("UnsupportedValue"), RESOLVED]),
      [`warning ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
  ]);
});

describe("entries of a route's status", () => {
  const base = [gw, gatewayClass, api];
  const own = { ...gw, metadata: { namespace: "app", name: "gw" } };
  const byDefault = gateway("edge", "gw", [HTTP], { defaultScope: "All" });
  const twoListeners = gateway("edge", "gw", [HTTP, { ...HTTP, name: "other", port: 8080 }]);
  check([
    ["are absent", [...base, web([])], []],
    [
      "are absent, with the whole status",
      [...base, route("HTTPRoute", "app", "web", { parentRefs: [GW_REF], rules: BACKENDS })],
      [],
    ],
    [
      "are each judged by themselves",
      [...base, web([under(GW_REF, [RESOLVED]), under(GW_REF, [DENIED], OTHER_CONTROLLER)])],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "of two controllers of an unknown class, both mistaken, one of them late",
      [gw, api, web([under(GW_REF, [old(RESOLVED)], OTHER_CONTROLLER), under(GW_REF, [RESOLVED])])],
      [
        `warning ${PERMITS} HTTPRoute on gw by ${OTHER_CONTROLLER} ResolvedRefs=True: ${BACKEND}`,
        `error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`,
      ],
    ],
    [
      "for a parent that the route names no more are left over",
      [...base, web([under({ name: "former", namespace: "edge" }, [old(RESOLVED), old(ACCEPTED)])])],
      [],
    ],
    [
      "for a default Gateway say nothing of the attachment that counts",
      [
        gateway("edge", "gw", [{ ...HTTP, allowedRoutes: {} }], { defaultScope: "All" }),
        web([under(GW_REF, [ACCEPTED])], { useDefaultGateways: "All", rules: [] }, []),
      ],
      [],
    ],
    [
      "for a default Gateway speak of references as those of any Gateway",
      [byDefault, api, web([under(GW_REF, [RESOLVED, old(ACCEPTED)])], { useDefaultGateways: "All" }, [])],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "for a default Gateway refuse what is permitted, late",
      [byDefault, api, toApi, web([under(GW_REF, [old(DENIED)])], { useDefaultGateways: "All" }, [])],
      [`warning ${REFUSES} HTTPRoute on gw ResolvedRefs=False: ${BACKEND}`],
    ],
    [
      "for a default Gateway agree",
      [byDefault, api, web([under(GW_REF, [DENIED])], { useDefaultGateways: "All" }, [])],
      [],
    ],
    [
      "for a default Gateway are not about what a mesh parent exempts",
      [
        byDefault,
        api,
        web([under(GW_REF, [DENIED]), under(MESH_REF, [RESOLVED])], { useDefaultGateways: "All" }, [MESH_REF]),
      ],
      [],
    ],
    [
      "for a default Gateway beside a mesh parent, mistaken",
      [byDefault, api, web([under(GW_REF, [RESOLVED])], { useDefaultGateways: "All" }, [MESH_REF])],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "for a Gateway that offers itself to routes that do not ask are left over",
      [byDefault, api, web([under(GW_REF, [RESOLVED])], {}, [])],
      [],
    ],
    [
      "for a parent that is not there are left over",
      [gatewayClass, api, web([under(GW_REF, [RESOLVED, ACCEPTED])])],
      [],
    ],
    [
      "name a parent of the route's own namespace with or without it",
      [own, api, gatewayClass, web([under({ name: "gw", namespace: "app" }, [RESOLVED])], {}, [{ name: "gw" }])],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "stand once for a parent that the route names twice",
      [
        own,
        api,
        gatewayClass,
        web([under({ name: "gw" }, [RESOLVED])], {}, [{ name: "gw" }, { name: "gw", namespace: "app" }]),
      ],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "name group and kind where the route left them out",
      [...base, web([under({ group: GW, kind: "Gateway", ...GW_REF }, [RESOLVED])])],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    ["of the core group are for another parent", [...base, web([under({ group: "", ...GW_REF }, [RESOLVED])])], []],
    [
      "for another section are for another parent",
      [
        twoListeners,
        api,
        web([under({ ...GW_REF, sectionName: "other" }, [RESOLVED])], {}, [{ ...GW_REF, sectionName: "http" }]),
      ],
      [],
    ],
    [
      "without the section are for another parent",
      [twoListeners, api, web([under(GW_REF, [RESOLVED])], {}, [{ ...GW_REF, sectionName: "http" }])],
      [],
    ],
    [
      "for another port are for another parent",
      [twoListeners, api, web([under({ ...GW_REF, port: 8080 }, [RESOLVED])], {}, [{ ...GW_REF, port: 80 }])],
      [],
    ],
    [
      "with the same section and port are for the parent",
      [
        twoListeners,
        gatewayClass,
        api,
        web([under({ ...GW_REF, sectionName: "http", port: 80 }, [RESOLVED])], {}, [
          { ...GW_REF, sectionName: "http", port: 80 },
        ]),
      ],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "that are wrongly typed are not read",
      [
        ...base,
        live(route("HTTPRoute", "app", "web", { parentRefs: [GW_REF], rules: BACKENDS }), {
          parents: [
            "nonsense",
            { parentRef: { name: 7 }, conditions: [RESOLVED] },
            { parentRef: GW_REF, controllerName: 7, conditions: ["x", { type: "ResolvedRefs", status: true }] },
            { parentRef: { ...GW_REF, name: "a/b" }, conditions: [RESOLVED] },
          ],
        }),
      ],
      [],
    ],
  ]);
});

describe("an entry of a controller that is not that of the class", () => {
  const base = [gw, gatewayClass, api];
  const foreign = (...conditions: readonly Condition[]) => under(GW_REF, conditions, OTHER_CONTROLLER);
  const set: Manifest = {
    apiVersion: `${GW}/v1`,
    kind: "ListenerSet",
    metadata: { namespace: "app", name: "set" },
    spec: { parentRef: GW_REF, listeners: [HTTP] },
  };
  const SET_REF = { kind: "ListenerSet", name: "set" };
  const open = gateway("edge", "gw", [HTTP], { allowedListeners: { namespaces: { from: "All" } } });
  check([
    ["is passed over once that one has spoken", [...base, web([foreign(RESOLVED), under(GW_REF, [ACCEPTED])])], []],
    [
      "is passed over, however late",
      [...base, web([under(GW_REF, [ACCEPTED]), foreign(old(DENIED), old(ACCEPTED))])],
      [],
    ],
    [
      "is passed over for another section of the parent",
      [
        ...base,
        web([under({ ...GW_REF, sectionName: "http" }, [ACCEPTED]), foreign(RESOLVED)], {}, [
          GW_REF,
          { ...GW_REF, sectionName: "http" },
        ]),
      ],
      [],
    ],
    [
      "is all there is",
      [...base, web([foreign(RESOLVED)])],
      [`warning ${PERMITS} HTTPRoute on gw by ${OTHER_CONTROLLER} ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "is all there is, while that one was only named",
      [...base, web([foreign(RESOLVED), under(GW_REF, [says("Accepted", "Unknown", "Pending")])])],
      [`warning ${PERMITS} HTTPRoute on gw by ${OTHER_CONTROLLER} ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "is all there is for this parent",
      [
        ...base,
        gateway("app", "own", [HTTP]),
        web([foreign(RESOLVED), under({ name: "own" }, [DENIED])], {}, [GW_REF, { name: "own" }]),
      ],
      [`warning ${PERMITS} HTTPRoute on gw by ${OTHER_CONTROLLER} ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "is not known for one while nobody sees the class",
      [gw, api, web([foreign(RESOLVED), under(GW_REF, [ACCEPTED])])],
      [`error ${PERMITS} HTTPRoute on gw by ${OTHER_CONTROLLER} ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "does not give its name",
      [
        ...base,
        live(route("HTTPRoute", "app", "web", { parentRefs: [GW_REF], rules: BACKENDS }), {
          parents: [{ parentRef: GW_REF, conditions: [RESOLVED] }, under(GW_REF, [ACCEPTED])],
        }),
      ],
      [`error ${PERMITS} HTTPRoute on gw by nobody ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "is passed over for a ListenerSet of the class's Gateway",
      [
        open,
        gatewayClass,
        api,
        set,
        web([under(SET_REF, [RESOLVED], OTHER_CONTROLLER), under(SET_REF, [ACCEPTED])], {}, [SET_REF]),
      ],
      [],
    ],
    [
      "is of a ListenerSet that names itself as its parent",
      [
        gatewayClass,
        api,
        { ...set, spec: { parentRef: { ...SET_REF, group: GW }, listeners: [HTTP] } },
        web([under(SET_REF, [RESOLVED], OTHER_CONTROLLER), under(SET_REF, [ACCEPTED])], {}, [SET_REF]),
      ],
      [`error ${PERMITS} HTTPRoute on set by ${OTHER_CONTROLLER} ResolvedRefs=True: ${BACKEND}`],
    ],
  ]);
});

describe("a field of the experimental channel", () => {
  const base = [gw, gatewayClass, api];
  const auth = {
    type: "ExternalAuth",
    externalAuth: { protocol: "GRPC", backendRef: { name: "api", namespace: "backend", port: 9000 } },
  };
  const AUTH = "spec.rules[0].filters[0].externalAuth.backendRef";
  check([
    [
      "may not be implemented by who permits it",
      [...base, web([under(GW_REF, [RESOLVED])], { rules: [{ filters: [auth] }] })],
      [`warning ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${AUTH}`],
    ],
    [
      "beside one of every channel",
      [...base, web([under(GW_REF, [RESOLVED])], { rules: [{ filters: [auth], ...BACKENDS[0] }] })],
      [`error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}, ${AUTH}`],
    ],
    [
      "is implemented by who refuses it",
      [...base, toApi, web([under(GW_REF, [DENIED])], { rules: [{ filters: [auth] }] })],
      [`error ${REFUSES} HTTPRoute on gw ResolvedRefs=False: ${AUTH}`],
    ],
  ]);
});

describe("a mesh parent", () => {
  const meshWeb = (conditions: readonly Condition[]) => web([under(MESH_REF, conditions)], {}, [MESH_REF]);
  check([
    ["permits without a grant", [api, meshWeb([ACCEPTED, RESOLVED])], []],
    [
      "asks for a grant that the spec does not",
      [api, meshWeb([DENIED])],
      [`warning ${REFUSES} HTTPRoute on api ResolvedRefs=False: ${BACKEND}`],
    ],
    [
      "asks for a grant, and there is one",
      [api, toApi, meshWeb([DENIED])],
      [`error ${REFUSES} HTTPRoute on api ResolvedRefs=False: ${BACKEND}`],
    ],
    ["has no such port", [api, meshWeb([rejected("NoMatchingParent")])], []],
    [
      "and a Gateway, each with its own verdict",
      [gw, api, web([under(GW_REF, [DENIED]), under(MESH_REF, [RESOLVED])], {}, [GW_REF, MESH_REF])],
      [],
    ],
    [
      "and a Gateway, both mistaken",
      [gw, api, web([under(GW_REF, [RESOLVED]), under(MESH_REF, [DENIED])], {}, [GW_REF, MESH_REF])],
      [
        `error ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`,
        `warning ${REFUSES} HTTPRoute on api ResolvedRefs=False: ${BACKEND}`,
      ],
    ],
  ]);
});

describe("Accepted of a route", () => {
  const own = { ...HTTP, allowedRoutes: { namespaces: { from: "Same" } } };
  const plain = { rules: [] };
  const on = (
    listeners: readonly object[],
    conditions: readonly Condition[],
    spec: object = {},
    ref: object = GW_REF,
  ) => [gateway("edge", "gw", listeners), web([under(ref, conditions)], { ...plain, ...spec }, [ref])];
  const PARENT = "spec.parentRefs[0]";
  const wildcard = { ...HTTP, hostname: "*.example.com" };
  const exact = { ...HTTP, name: "exact", hostname: "a.example.com", allowedRoutes: { namespaces: { from: "Same" } } };
  const selects = {
    ...HTTP,
    allowedRoutes: { namespaces: { from: "Selector", selector: { matchLabels: { team: "a" } } } },
  };
  const hostnames = ["a.example.com"];
  const atHttp = { ...GW_REF, sectionName: "http" };
  const rpc = (names: readonly string[], parentRef: object = GW_REF) =>
    route("GRPCRoute", "app", "rpc", { parentRefs: [parentRef], hostnames: names, rules: [] });
  const refused = [`error ${REFUSES} HTTPRoute on gw Accepted=False: ${PARENT}`];
  const permitted = [`error ${PERMITS} HTTPRoute on gw Accepted=True: ${PARENT}`];
  check([
    ["agrees on a permission", on([HTTP], [ACCEPTED]), []],
    ["agrees on a refusal, for whichever reason", on([own], [rejected("NoMatchingParent")]), []],
    ["refuses a namespace that is let in", on([HTTP], [rejected("NotAllowedByListeners")]), refused],
    ["refuses a section that is there", on([HTTP], [rejected("NoMatchingParent")], {}, atHttp), refused],
    ["refuses a hostname that fits", on([wildcard], [rejected("NoMatchingListenerHostname")], { hostnames }), refused],
    ["refuses with joined reasons", on([HTTP], [rejected("UnsupportedValue,NotAllowedByListeners")]), refused],
    [
      "refuses, seen in an earlier generation",
      on([HTTP], [old(rejected("NotAllowedByListeners"))]),
      refused.map((text) => text.replace("error", "warning")),
    ],
    ["refuses values", on([HTTP], [rejected("UnsupportedValue")]), []],
    ["refuses filters", on([HTTP], [rejected("IncompatibleFilters")]), []],
    ["refuses for a reason of its own", on([HTTP], [rejected("ExampleReason")]), []],
    ["waits", on([HTTP], [says("Accepted", "Unknown", "Pending")]), []],
    ["lets in a namespace that is not", on([own], [ACCEPTED]), permitted],
    ["accepts a section that is not there", on([HTTP], [ACCEPTED], {}, { ...GW_REF, sectionName: "gone" }), permitted],
    ["accepts a hostname that does not fit", on([wildcard], [ACCEPTED], { hostnames: ["a.example.org"] }), permitted],
    ["accepts a kind that the protocol does not carry", on([{ ...HTTP, protocol: "TCP" }], [ACCEPTED]), permitted],
    [
      "is Accepted, seen in an earlier generation",
      on([own], [old(ACCEPTED)]),
      permitted.map((text) => text.replace("error", "warning")),
    ],
    [
      "refuses a namespace whose labels nobody can tell",
      [
        gateway("edge", "gw", [selects]),
        live(route("HTTPRoute", "hidden", "web", { parentRefs: [GW_REF] }), {
          parents: [under(GW_REF, [rejected("NotAllowedByListeners")])],
        }),
      ],
      [],
      "open",
    ],
    [
      "accepts a namespace whose labels nobody can tell",
      [
        gateway("edge", "gw", [selects]),
        live(route("HTTPRoute", "hidden", "web", { parentRefs: [GW_REF] }), { parents: [under(GW_REF, [ACCEPTED])] }),
      ],
      [],
      "open",
    ],
    [
      "refuses a hostname that another listener of the port claims more exactly",
      on([wildcard, exact], [rejected("NoMatchingListenerHostname")], { hostnames }, atHttp),
      [],
    ],
    [
      "refuses a hostname that a wildcard on the port claims more exactly",
      on(
        [HTTP, { ...exact, hostname: "*.example.com" }],
        [rejected("NoMatchingListenerHostname")],
        { hostnames },
        atHttp,
      ),
      [],
    ],
    [
      "refuses a hostname that a listener of another port claims",
      on([wildcard, { ...exact, port: 8080 }], [rejected("NoMatchingListenerHostname")], { hostnames }, atHttp),
      refused,
    ],
    [
      "refuses a hostname that no other listener claims",
      on(
        [wildcard, { ...exact, hostname: "b.example.com" }],
        [rejected("NoMatchingListenerHostname")],
        { hostnames },
        atHttp,
      ),
      refused,
    ],
    [
      "refuses a hostname that another listener claims less exactly",
      on(
        [
          { ...HTTP, hostname: "a.example.com" },
          { ...exact, hostname: "*.example.com" },
        ],
        [rejected("NoMatchingListenerHostname")],
        { hostnames },
        atHttp,
      ),
      refused,
    ],
    [
      "refuses a hostname that a ListenerSet claims more exactly on the port",
      [
        gateway("edge", "gw", [wildcard], { allowedListeners: { namespaces: { from: "All" } } }),
        {
          apiVersion: `${GW}/v1`,
          kind: "ListenerSet",
          metadata: { namespace: "backend", name: "set" },
          spec: { parentRef: GW_REF, listeners: [exact] },
        },
        web([under(GW_REF, [rejected("NoMatchingListenerHostname")])], { ...plain, hostnames }),
      ],
      [],
    ],
    [
      "refuses the namespace, whoever claims the hostname",
      on([wildcard, exact], [rejected("NotAllowedByListeners")], { hostnames }, atHttp),
      refused,
    ],
    [
      "refuses a route that shares a hostname with a GRPCRoute",
      [...on([HTTP], [rejected("NotAllowedByListeners")], { hostnames }), rpc(hostnames)],
      [],
    ],
    [
      "refuses a route under a wildcard of a GRPCRoute",
      [...on([HTTP], [rejected("NotAllowedByListeners")], { hostnames }), rpc(["*.example.com"])],
      [],
    ],
    [
      "refuses a route of a wildcard over a GRPCRoute",
      [...on([HTTP], [rejected("NotAllowedByListeners")], { hostnames: ["*.example.com"] }), rpc(["x.y.example.com"])],
      [],
    ],
    [
      "refuses a route without hostnames beside a GRPCRoute",
      [...on([wildcard], [rejected("NotAllowedByListeners")]), rpc(hostnames)],
      [],
    ],
    [
      "refuses a route that wants every hostname beside a GRPCRoute",
      [...on([HTTP], [rejected("NotAllowedByListeners")]), rpc(hostnames)],
      [],
    ],
    [
      "refuses a route beside a GRPCRoute without hostnames",
      [...on([HTTP], [rejected("NotAllowedByListeners")], { hostnames }), rpc([])],
      [],
    ],
    [
      "refuses a route with other hostnames than the GRPCRoute's",
      [...on([HTTP], [rejected("NotAllowedByListeners")], { hostnames }), rpc(["b.example.com", "*.a.example.com"])],
      refused,
    ],
    [
      "refuses a route that shares only what the listener does not have",
      [
        ...on([wildcard], [rejected("NotAllowedByListeners")], { hostnames: ["a.example.com", "x.org"] }),
        rpc(["b.example.com", "x.org"]),
      ],
      refused,
    ],
    [
      "refuses a route that shares a hostname on another listener",
      [
        ...on([HTTP, { ...HTTP, name: "other", port: 81 }], [rejected("NotAllowedByListeners")], { hostnames }, atHttp),
        rpc(hostnames, { ...GW_REF, sectionName: "other" }),
      ],
      refused,
    ],
    [
      "refuses a TCPRoute, which shares with nobody",
      [
        gateway("edge", "gw", [{ ...HTTP, protocol: "TCP" }]),
        live(route("TCPRoute", "app", "tcp", { parentRefs: [GW_REF], rules: [] }), {
          parents: [under(GW_REF, [rejected("NotAllowedByListeners")])],
        }),
      ],
      [`error ${REFUSES} TCPRoute on gw Accepted=False: ${PARENT}`],
    ],
    [
      "accepts a route of a ListenerSet that is itself refused",
      [
        gw,
        {
          apiVersion: `${GW}/v1`,
          kind: "ListenerSet",
          metadata: { namespace: "app", name: "set" },
          spec: { parentRef: GW_REF, listeners: [HTTP] },
        },
        web([under({ kind: "ListenerSet", name: "set" }, [ACCEPTED])], plain, [{ kind: "ListenerSet", name: "set" }]),
      ],
      [],
    ],
  ]);
});

describe("listeners that are of no use", () => {
  const other = { ...HTTP, name: "other", port: 81 };
  const refuses = (reason = "NoMatchingParent", ref: object = GW_REF) =>
    web([under(ref, [rejected(reason)])], { rules: [] }, [ref]);
  const of = (status: object, listeners: readonly object[] = [HTTP], more: object = {}) =>
    live(gateway("edge", "gw", listeners, more), status);
  const listener = (name: string, ...conditions: readonly Condition[]) => ({ name, conditions });
  const BAD = says("Programmed", "False", "Invalid");
  const refused = [`error ${REFUSES} HTTPRoute on gw Accepted=False: spec.parentRefs[0]`];
  const https = (certificate: object) => ({
    ...HTTP,
    name: "https",
    protocol: "HTTPS",
    port: 443,
    tls: { certificateRefs: [certificate] },
  });
  const toSecrets = grant("backend", "s", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "Secret" }]);
  const secret = core("Secret", "backend", "tls");
  const foreign = { name: "tls", namespace: "backend" };
  const setOf = (status: object): Manifest =>
    live(
      {
        apiVersion: `${GW}/v1`,
        kind: "ListenerSet",
        metadata: { namespace: "app", name: "set" },
        spec: { parentRef: GW_REF, listeners: [HTTP] },
      },
      status,
    );
  const SET_REF = { kind: "ListenerSet", name: "set" };
  const open = { allowedListeners: { namespaces: { from: "All" } } };
  const failing: readonly (readonly [type: string, status: string])[] = [
    ["Accepted", "False"],
    ["Programmed", "False"],
    ["ResolvedRefs", "False"],
    ["Conflicted", "True"],
  ];
  const healthy: readonly (readonly [type: string, status: string])[] = [
    ["Accepted", "True"],
    ["Programmed", "Unknown"],
    ["Conflicted", "False"],
    ["OverlappingTLSConfig", "True"],
  ];
  check([
    ...failing.map(
      ([type, status]): Situation => [
        `by ${type}=${status} of the only listener`,
        [of({ listeners: [listener("http", says(type, status, "x"))] }), refuses()],
        [],
      ],
    ),
    ...healthy.map(
      ([type, status]): Situation => [
        `are not told by ${type}=${status}`,
        [of({ listeners: [listener("http", says(type, status, "x"))] }), refuses()],
        refused,
      ],
    ),
    ["leave any reason open", [of({ listeners: [listener("http", BAD)] }), refuses("NotAllowedByListeners")], []],
    ["of an earlier generation", [of({ listeners: [listener("http", old(BAD))] }), refuses()], []],
    ["beside one that is", [of({ listeners: [listener("http", BAD)] }, [HTTP, other]), refuses()], refused],
    ["all of them", [of({ listeners: [listener("http", BAD), listener("other", BAD)] }, [HTTP, other]), refuses()], []],
    [
      "beside one that does not take the route",
      [of({ listeners: [listener("http", BAD)] }, [HTTP, { ...other, allowedRoutes: {} }]), refuses()],
      [],
    ],
    [
      "and the route asks for another",
      [
        of({ listeners: [listener("http", BAD)] }, [HTTP, other]),
        refuses("NoMatchingParent", { ...GW_REF, sectionName: "other" }),
      ],
      refused,
    ],
    ["with their Gateway: not accepted", [of({ conditions: [rejected("Invalid")] }), refuses()], []],
    ["with their Gateway: not programmed", [of({ conditions: [BAD] }), refuses()], []],
    ["with their Gateway's client certificate: they still are", [of({ conditions: [DENIED] }), refuses()], refused],
    [
      "with their ListenerSet",
      [of({}, [HTTP], open), setOf({ conditions: [BAD] }), refuses("NoMatchingParent", SET_REF)],
      [],
    ],
    [
      "with the Gateway of their ListenerSet",
      [of({ conditions: [BAD] }, [HTTP], open), setOf({}), refuses("NoMatchingParent", SET_REF)],
      [],
    ],
    [
      "in a ListenerSet",
      [of({}, [HTTP], open), setOf({ listeners: [listener("http", BAD)] }), refuses("NoMatchingParent", SET_REF)],
      [],
    ],
    [
      "in the Gateway, while the ListenerSet's are",
      [
        of({ listeners: [listener("http", BAD)] }, [HTTP], open),
        setOf({ listeners: [listener("http", ACCEPTED)] }),
        refuses("NoMatchingParent", SET_REF),
      ],
      [`error ${REFUSES} HTTPRoute on set Accepted=False: spec.parentRefs[0]`],
    ],
    ["for a certificate that is refused", [of({}, [https(foreign)]), secret, refuses()], []],
    ["for a certificate that is missing", [of({}, [https(foreign)]), toSecrets, refuses()], []],
    ["for a certificate of their own namespace that is missing", [of({}, [https({ name: "tls" })]), refuses()], []],
    ["for a certificate that nobody can see", [of({}, [https({ name: "tls" })]), refuses()], [], "open"],
    [
      "for a certificate that is missing, while the controller has it",
      [of({ listeners: [listener("https", RESOLVED)] }, [https({ name: "tls" })]), refuses()],
      refused,
    ],
    [
      "for a certificate that is missing, while the controller had one",
      [of({ listeners: [listener("https", old(RESOLVED))] }, [https({ name: "tls" })]), refuses()],
      ["info status-stale Gateway on https by nobody ResolvedRefs=True"],
    ],
    ["but for a certificate that is there", [of({}, [https(foreign)]), toSecrets, secret, refuses()], refused],
    [
      "for a certificate of another listener",
      [of({}, [https(foreign), HTTP]), secret, refuses("NoMatchingParent", { ...GW_REF, sectionName: "http" })],
      refused,
    ],
    [
      "for authorities of clients that are refused",
      [
        of({}, [https(foreign)], {
          tls: {
            frontend: {
              default: {
                validation: { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca", namespace: "backend" }] },
              },
            },
          },
        }),
        secret,
        toSecrets,
        refuses(),
      ],
      [],
    ],
  ]);
});

describe("a Gateway", () => {
  const secret = core("Secret", "backend", "tls");
  const https = {
    name: "https",
    port: 443,
    protocol: "HTTPS",
    tls: { certificateRefs: [{ name: "tls", namespace: "backend" }] },
  };
  const plainHttps = { name: "plain", port: 8443, protocol: "HTTPS" };
  const toSecrets = grant("backend", "s", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "Secret" }]);
  const toCas = grant("backend", "c", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "ConfigMap" }]);
  const on = (listeners: readonly object[], status: object, tls: object = {}): readonly Manifest[] => [
    live(gateway("edge", "gw", listeners, { tls }), status),
    gatewayClass,
    secret,
  ];
  const listener = (name: string, ...conditions: readonly Condition[]) => ({ listeners: [{ name, conditions }] });
  const CERT = "spec.listeners[0].tls.certificateRefs[0]";
  const validation = { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca", namespace: "backend" }] };
  const frontend = {
    frontend: {
      default: { validation },
      perPort: [
        { port: 9443, tls: { validation } },
        { port: 8443, tls: {} },
      ],
    },
  };
  const onPort = { ...plainHttps, name: "port", port: 9443 };
  const client = { backend: { clientCertificateRef: { name: "tls", namespace: "backend" } } };
  const DEFAULT_CA = "spec.tls.frontend.default.validation.caCertificateRefs[0]";
  const PORT_CA = "spec.tls.frontend.perPort[0].tls.validation.caCertificateRefs[0]";
  check([
    ["agrees on a certificate", on([https], listener("https", DENIED)), []],
    [
      "permits a refused certificate",
      on([https], listener("https", RESOLVED)),
      [`error ${PERMITS} Gateway on https ResolvedRefs=True: ${CERT}`],
    ],
    [
      "refuses a permitted certificate",
      [...on([https], listener("https", DENIED)), toSecrets],
      [`error ${REFUSES} Gateway on https ResolvedRefs=False: ${CERT}`],
    ],
    [
      "refuses a permitted certificate in part",
      [...on([https], listener("https", says("ResolvedRefs", "False", "PartiallyInvalidCertificateRef"))), toSecrets],
      [],
    ],
    ["permits on one listener what is refused on another", on([https, plainHttps], listener("plain", RESOLVED)), []],
    ["refuses a listener without references", on([https, plainHttps], listener("plain", DENIED)), []],
    ["speaks of a listener that is no more", on([https], listener("former", old(RESOLVED))), []],
    [
      "is of a class that nobody knows",
      on([https], listener("https", RESOLVED)).filter(({ kind }) => kind !== "GatewayClass"),
      [`error ${PERMITS} Gateway on https by nobody ResolvedRefs=True: ${CERT}`],
    ],
    [
      "reports refused authorities on the listeners that they apply to",
      on(
        [{ ...plainHttps, port: 443 }, onPort, HTTP],
        {
          listeners: ["plain", "port", "http"].map((name) => ({ name, conditions: [RESOLVED] })),
        },
        frontend,
      ),
      [
        `error ${PERMITS} Gateway on plain ResolvedRefs=True: ${DEFAULT_CA}`,
        `error ${PERMITS} Gateway on port ResolvedRefs=True: ${PORT_CA}`,
      ],
    ],
    [
      "has a port with no authorities of its own",
      on([{ ...plainHttps, name: "default", port: 443 }, plainHttps], listener("plain", RESOLVED), frontend),
      [],
    ],
    [
      "refuses permitted authorities",
      [...on([{ ...plainHttps, port: 443 }], listener("plain", DENIED), frontend), toCas],
      [`error ${REFUSES} Gateway on plain ResolvedRefs=False: ${DEFAULT_CA}`],
    ],
    [
      "refuses a listener for its authorities, not its certificate",
      [...on([https], listener("https", DENIED), frontend), toSecrets],
      [],
    ],
    [
      "refuses a listener for a client certificate where it stood until v1.3",
      [
        live(
          gateway("edge", "gw", [https], {
            backendTLS: { clientCertificateRef: { name: "other", namespace: "app" } },
          }),
          listener("https", DENIED),
        ),
        secret,
        toSecrets,
      ],
      [],
    ],
    ["agrees on its client certificate", on([HTTP], { conditions: [DENIED] }, client), []],
    [
      "permits a refused client certificate",
      on([HTTP], { conditions: [RESOLVED] }, client),
      [`error ${PERMITS} Gateway on itself ResolvedRefs=True: spec.tls.backend.clientCertificateRef`],
    ],
    [
      "refuses a permitted client certificate",
      [...on([HTTP], { conditions: [DENIED] }, client), toSecrets],
      [`error ${REFUSES} Gateway on itself ResolvedRefs=False: spec.tls.backend.clientCertificateRef`],
    ],
    [
      "speaks for its listeners",
      on([https], { conditions: [says("ResolvedRefs", "False", "ListenersNotResolved")] }, client),
      [],
    ],
    ["has no client certificate", on([https], { conditions: [RESOLVED] }), []],
    [
      "was never looked at",
      on([https], {
        conditions: ["Accepted", "Programmed"].map((type) => ({
          type,
          status: "Unknown",
          reason: "Pending",
          message: "Waiting for controller",
          lastTransitionTime: "1970-01-01T00:00:00Z",
        })),
      }),
      [],
    ],
  ]);
});

describe("a ListenerSet", () => {
  const opened = (namespaces: object, tls: object = {}) =>
    gateway("edge", "gw", [HTTP], { allowedListeners: { namespaces }, tls });
  const https = {
    name: "https",
    port: 443,
    protocol: "HTTPS",
    tls: { certificateRefs: [{ name: "tls", namespace: "backend" }] },
  };
  const set = (status: object, kind = "ListenerSet"): Manifest =>
    live(
      {
        apiVersion: kind === "ListenerSet" ? `${GW}/v1` : `${GWX}/v1alpha1`,
        kind,
        metadata: { namespace: "app", name: "set" },
        spec: { parentRef: GW_REF, listeners: [https] },
      },
      status,
    );
  const listeners = (...conditions: readonly Condition[]) => ({ listeners: [{ name: "https", conditions }] });
  const all = opened({ from: "All" });
  const toSecrets = (kind: string, group = GW) =>
    grant("backend", "s", [{ group, kind, namespace: "app" }], [{ kind: "Secret" }]);
  const frontend = {
    frontend: {
      default: {
        validation: { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca", namespace: "backend" }] },
      },
    },
  };
  const CERT = "spec.listeners[0].tls.certificateRefs[0]";
  const secret = core("Secret", "backend", "tls");
  check([
    ["is let in", [all, gatewayClass, set({ conditions: [ACCEPTED] })], []],
    ["is not let in", [gw, gatewayClass, set({ conditions: [rejected("NotAllowed")] })], []],
    [
      "is refused though it is let in",
      [all, gatewayClass, set({ conditions: [rejected("NotAllowed")] })],
      [`error ${REFUSES} ListenerSet on itself Accepted=False: spec.parentRef`],
    ],
    [
      "is accepted though it is not let in",
      [gw, gatewayClass, set({ conditions: [ACCEPTED] })],
      [`error ${PERMITS} ListenerSet on itself Accepted=True: spec.parentRef`],
    ],
    [
      "is accepted though it is not let in, as an experimental kind",
      [gw, gatewayClass, set({ conditions: [old(ACCEPTED)] }, "XListenerSet")],
      [`warning ${PERMITS} XListenerSet on itself Accepted=True: spec.parentRef`],
    ],
    ["is refused for its listeners", [all, gatewayClass, set({ conditions: [rejected("ListenersNotValid")] })], []],
    ["is refused by a Gateway that cannot be seen", [set({ conditions: [rejected("NotAllowed")] })], [], "open"],
    ["is accepted by a Gateway that is not there", [set({ conditions: [ACCEPTED], ...listeners(RESOLVED) })], []],
    [
      "was never looked at",
      [gw, set({ conditions: [{ type: "Accepted", status: "Unknown", reason: "Pending" }] })],
      [],
    ],
    [
      "has a refused certificate permitted",
      [all, gatewayClass, secret, set(listeners(RESOLVED))],
      [`error ${PERMITS} ListenerSet on https ResolvedRefs=True: ${CERT}`],
    ],
    [
      "has a refused certificate permitted, and a grant for the Gateway",
      [all, gatewayClass, secret, toSecrets("Gateway"), set(listeners(RESOLVED))],
      [`error ${PERMITS} ListenerSet on https ResolvedRefs=True: ${CERT}`],
    ],
    [
      "has a permitted certificate refused",
      [all, gatewayClass, secret, toSecrets("ListenerSet"), set(listeners(DENIED))],
      [`error ${REFUSES} ListenerSet on https ResolvedRefs=False: ${CERT}`],
    ],
    [
      "has a permitted certificate refused, as an experimental kind",
      [all, gatewayClass, secret, toSecrets("XListenerSet", GWX), set(listeners(DENIED), "XListenerSet")],
      [`error ${REFUSES} XListenerSet on https ResolvedRefs=False: ${CERT}`],
    ],
    [
      "may be refused for authorities of its Gateway",
      [opened({ from: "All" }, frontend), gatewayClass, secret, toSecrets("ListenerSet"), set(listeners(DENIED))],
      [],
    ],
    [
      "may be refused for authorities of a Gateway that cannot be seen",
      [secret, toSecrets("ListenerSet"), set(listeners(DENIED))],
      [],
      "open",
    ],
    [
      "is of a Gateway whose class is not known",
      [all, secret, set(listeners(RESOLVED))],
      [`error ${PERMITS} ListenerSet on https by nobody ResolvedRefs=True: ${CERT}`],
    ],
  ]);
});

describe("an XTelemetryPolicy", () => {
  const policy = (...conditions: readonly Condition[]): Manifest =>
    live(
      {
        apiVersion: `${GWX}/v1alpha1`,
        kind: "XTelemetryPolicy",
        metadata: { namespace: "edge", name: "traces" },
        spec: {
          targetRefs: [{ group: GW, kind: "Gateway", name: "gw" }],
          tracing: { mode: "Enabled", provider: { backendRef: { name: "api", namespace: "backend", port: 4317 } } },
        },
      },
      { ancestors: [{ ancestorRef: { name: "gw" }, controllerName: CONTROLLER, conditions }] },
    );
  const toCollector = grant("backend", "t", [{ group: GWX, kind: "XTelemetryPolicy", namespace: "edge" }], [{}]);
  const REF = "spec.tracing.provider.backendRef";
  check([
    ["agrees on a refusal", [gw, api, policy(ACCEPTED, DENIED)], []],
    ["agrees on a permission", [gw, api, toCollector, policy(ACCEPTED, RESOLVED)], []],
    [
      "permits what is refused",
      [gw, api, policy(RESOLVED)],
      [`error ${PERMITS} XTelemetryPolicy on gw ResolvedRefs=True: ${REF}`],
    ],
    [
      "refuses what is permitted",
      [gw, api, toCollector, policy(DENIED)],
      [`error ${REFUSES} XTelemetryPolicy on gw ResolvedRefs=False: ${REF}`],
    ],
    [
      "is late",
      [gw, api, toCollector, policy(old(RESOLVED))],
      ["info status-stale XTelemetryPolicy on gw ResolvedRefs=True"],
    ],
  ]);
});

describe("what is stale", () => {
  const late = (name: string) => `info status-stale HTTPRoute on ${name} Accepted=True`;
  const granted = [gw, api, toApi, gatewayClass];
  check([
    ["is told once for an entry", [...granted, web([under(GW_REF, [old(ACCEPTED), old(RESOLVED)])])], [late("gw")]],
    [
      "is told of the condition that is",
      [...granted, web([under(GW_REF, [ACCEPTED, old(RESOLVED)])])],
      ["info status-stale HTTPRoute on gw ResolvedRefs=True"],
    ],
    [
      "is ahead of the object",
      [...granted, web([under(GW_REF, [{ ...RESOLVED, observedGeneration: 4 }])])],
      ["info status-stale HTTPRoute on gw ResolvedRefs=True"],
    ],
    [
      "is told for each controller of an unknown class",
      [
        gw,
        api,
        toApi,
        web([
          under(GW_REF, [old(ACCEPTED)]),
          under(GW_REF, [old(ACCEPTED)], OTHER_CONTROLLER),
          under(GW_REF, [ACCEPTED], "example.com/third"),
        ]),
      ],
      [late("gw"), `info status-stale HTTPRoute on gw by ${OTHER_CONTROLLER} Accepted=True`],
    ],
    [
      "is told for each parent",
      [
        ...granted,
        gateway("app", "own", [HTTP]),
        web([under(GW_REF, [old(ACCEPTED)]), under({ name: "own" }, [old(ACCEPTED)])], {}, [GW_REF, { name: "own" }]),
      ],
      [late("gw"), late("own")],
    ],
    [
      "is not told beside a disagreement",
      [gw, api, gatewayClass, web([under(GW_REF, [old(ACCEPTED), old(RESOLVED)])])],
      [`warning ${PERMITS} HTTPRoute on gw ResolvedRefs=True: ${BACKEND}`],
    ],
    [
      "is not what does not say which generation it saw",
      [
        ...granted,
        web([
          under(GW_REF, [
            { type: "Accepted", status: "True" },
            { ...RESOLVED, observedGeneration: 0 },
          ]),
        ]),
      ],
      [],
    ],
    [
      "cannot be told without a generation",
      [
        ...granted,
        live(
          route("HTTPRoute", "app", "web", { parentRefs: [GW_REF] }),
          { parents: [under(GW_REF, [ACCEPTED])] },
          null,
        ),
      ],
      [],
    ],
    [
      "is told for each listener and for the Gateway",
      [
        gatewayClass,
        live(gateway("edge", "gw", [HTTP, { ...HTTP, name: "other", port: 81 }]), {
          conditions: [old(RESOLVED)],
          listeners: ["http", "other"].map((name) => ({ name, conditions: [old(RESOLVED), old(ACCEPTED)] })),
        }),
      ],
      ["itself", "http", "other"].map((name) => `info status-stale Gateway on ${name} ResolvedRefs=True`),
    ],
  ]);
});

describe("the words", () => {
  const DISPLAY = { width: null, color: false, unicode: false, headers: true };
  /** Message and detail of the findings on a route with these entries. */
  const said = (others: readonly Manifest[], route: Manifest) =>
    ofStatus(world([...others, route], true)).map((finding) => {
      const { message, detail } = findingText(finding, DISPLAY);
      return [message, detail];
    });
  const base = [gw, gatewayClass, api];
  const SAYS = `controller ${CONTROLLER} says ResolvedRefs=True under Gateway edge/gw`;
  const REFERENCE = "rules[0].backendRefs[0] -> Service backend/api";
  const REFUSED = `the specification refuses ${REFERENCE}: no ReferenceGrant in namespace backend permits it`;
  const resolved = (more: Partial<Condition>, generation: number | null = 3) =>
    live(
      route("HTTPRoute", "app", "web", { parentRefs: [GW_REF], rules: BACKENDS }),
      { parents: [under(GW_REF, [{ ...RESOLVED, ...more }])] },
      generation,
    );
  const generations: readonly (readonly [string, Manifest, string])[] = [
    ["is the present one", resolved({}), ""],
    ["is an earlier one", resolved({ observedGeneration: 2 }), ", of an earlier generation"],
    ["is ahead", resolved({ observedGeneration: 4 }), ", of another generation"],
    ["is not said", resolved({ observedGeneration: undefined }), ", and does not say of which generation"],
    ["is 0", resolved({ observedGeneration: 0 }), ", and does not say of which generation"],
    ["is one of an object without", resolved({}, null), ", of an object without a generation"],
  ];
  it.each(generations)("tell the generation where it %s", (_, route, expected) => {
    expect(said(base, route).map(([message]) => message)).toEqual([`${SAYS}${expected}`]);
  });

  const time = "2026-01-01T00:00:00Z";
  const long = "a".repeat(300);
  const evidence: readonly (readonly [string, Partial<Condition>, string])[] = [
    ["nothing", { message: "" }, ""],
    ["a time", { lastTransitionTime: time }, `. It says so since ${time}`],
    ["a message", { message: "all is well" }, ". It says so: all is well"],
    ["both", { lastTransitionTime: time, message: "all is well" }, `. It says so since ${time}: all is well`],
    ["no time at all", { lastTransitionTime: "yesterday \u001b[31m", message: "x" }, ". It says so: x"],
    ["a long message", { message: long }, `. It says so: ${"a".repeat(200)}...`],
    ["a message of a permitted length", { message: long.slice(0, 200) }, `. It says so: ${"a".repeat(200)}`],
    [
      "characters beyond the first plane",
      { message: "\u{1f600}".repeat(300) },
      `. It says so: ${"\u{1f600}".repeat(200)}...`,
    ],
  ];
  it.each(evidence)("show of a condition %s", (_, more, expected) => {
    expect(said(base, resolved(more))).toEqual([[SAYS, `${REFUSED}. It may work without permission${expected}`]]);
  });
  it("show nothing of a controller that could pass for the report's own", () => {
    const report = reportOn([...base, resolved({ message: "x\n\u001b[2Kerror  \u202eforged" })]);
    const lines = auditText(report, DISPLAY).split("\n");
    expect(lines.filter((text) => text.includes("forged"))).toEqual([
      `${" ".repeat(9)}${REFUSED}. It may work without permission. It says so: x [2Kerror  forged`,
    ]);
  });

  it("name the controller of the class where another one speaks", () => {
    const entry = under(GW_REF, [RESOLVED], OTHER_CONTROLLER);
    const named = `; the GatewayClass names another controller, ${CONTROLLER}`;
    expect(said(base, web([entry])).map(([, detail]) => detail)).toEqual([
      `${REFUSED}${named}. It may work without permission`,
    ]);
    const late = web([{ ...entry, conditions: [old(ACCEPTED)] }]);
    expect(said(base, late)).toEqual([
      [
        `controller ${OTHER_CONTROLLER} last looked at generation 2, the object is at 3`,
        `what it says under Gateway edge/gw may not be about this spec${named}`,
      ],
    ]);
  });
  it("tell that rules were left out, and that a field may not be implemented", () => {
    const auth = {
      type: "ExternalAuth",
      externalAuth: { protocol: "GRPC", backendRef: { name: "api", namespace: "backend", port: 9000 } },
    };
    const partial = [RESOLVED, says("PartiallyInvalid", "True", "UnsupportedValue")];
    expect(said(base, web([under(GW_REF, partial)], { rules: [{ filters: [auth] }] }))).toEqual([
      [
        SAYS,
        `${REFUSED.replace("backendRefs[0]", "filters[0].externalAuth.backendRef")}; the controller left rules out, so it may not have looked at it; the controller may not implement the field, which is in the experimental channel only. It may work without permission`,
      ],
    ]);
  });
  it("do not call the YAML right where a mesh asks for a grant", () => {
    const rules = ["backend", "edge", "backend"].map((namespace) => ({ backendRefs: [{ name: "api", namespace }] }));
    expect(said([api], web([under(MESH_REF, [DENIED])], { rules }, [MESH_REF])).map(([, detail]) => detail)).toEqual([
      `the specification permits ${REFERENCE} (and 2 others): mesh parent, no grant needed; this mesh asks for a grant all the same: a ReferenceGrant in backend and edge would satisfy it`,
    ]);
    const unseen = {
      ...world([api, web([under(MESH_REF, [DENIED])], { rules }, [MESH_REF])], true),
      hidesGrants: () => true,
    };
    expect(ofStatus(unseen).map((finding) => findingText(finding, DISPLAY).detail)).toEqual([
      `the specification permits ${REFERENCE} (and 2 others): mesh parent, no grant needed; this mesh asks for a grant all the same; whether there is one in backend and edge could not be seen`,
    ]);
    expect(said([...base, toApi], web([under(GW_REF, [DENIED])])).map(([, detail]) => detail)).toEqual([
      `the specification permits ${REFERENCE}: ReferenceGrant backend/g from[0] to[0]. Here the YAML is right`,
    ]);
  });
});

describe("statements", () => {
  it("carry the condition as it was written, and its place", () => {
    const reason = "BackendNotFound,RefNotPermitted , RefNotPermitted,";
    const condition = { ...DENIED, reason, message: "no", lastTransitionTime: "2026-01-01T00:00:00Z" };
    const { statements } = world([gw, web([under({ ...GW_REF, port: 80 }, [ACCEPTED, condition])])], true);
    const [, denied] = statements;
    expect(denied && formatPath(denied.path)).toBe("status.parents[0].conditions[1]");
    expect(denied).toMatchObject({
      object: { kind: "HTTPRoute", namespace: "app", name: "web" },
      subject: {
        about: "parent",
        parent: { group: GW, kind: "Gateway", namespace: "edge", name: "gw" },
        sectionName: null,
        port: 80,
      },
      controller: CONTROLLER,
      generation: 3,
      freshness: "fresh",
      condition: {
        type: "ResolvedRefs",
        status: "False",
        reasons: ["BackendNotFound", "RefNotPermitted"],
        message: "no",
        observedGeneration: 3,
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    });
  });
  it("are judged beside the decisions that they are about, whether they agree or not", () => {
    const judged = judgements(world([gw, api, toApi, web([under(GW_REF, [ACCEPTED, RESOLVED])])], true));
    expect(
      judged.map(({ decisions, disagreement }) => [
        decisions.map(({ reference }) => formatPath(reference.path)),
        disagreement,
      ]),
    ).toEqual([
      [["spec.parentRefs[0]"], null],
      [[BACKEND], null],
    ]);
  });
  it("of many routes that want many hostnames on many listeners are judged in the time that it takes to read them", () => {
    const listeners = (from: number) =>
      Array.from({ length: 64 }, (_, index) => ({
        ...HTTP,
        name: `l${index}`,
        hostname: `*.h${from + index}.example.com`,
      }));
    const sets = Array.from(
      { length: 100 },
      (_, index): Manifest => ({
        apiVersion: `${GW}/v1`,
        kind: "ListenerSet",
        metadata: { namespace: "app", name: `set${index}` },
        spec: { parentRef: GW_REF, listeners: listeners(64 * (index + 1)) },
      }),
    );
    const manyListeners = gateway("edge", "gw", listeners(0), { allowedListeners: { namespaces: { from: "All" } } });
    const routes = Array.from({ length: 2_000 }, (_, index) =>
      live(
        route("HTTPRoute", "app", `r${index}`, {
          parentRefs: [GW_REF],
          hostnames: Array.from({ length: 16 }, (_, name) => `a${name}.b.h${name}.example.com`),
        }),
        { parents: [under(GW_REF, [rejected("NoMatchingListenerHostname")])] },
      ),
    );
    const hearing = world([manyListeners, ...sets, ...routes], true);
    const start = performance.now();
    expect(ofStatus(hearing).filter(({ code }) => code === REFUSES)).toHaveLength(2_000);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
  it("of ten thousand routes are judged in the time that it takes to read them", () => {
    const routes = Array.from({ length: 10_000 }, (_, index) =>
      live(
        route("HTTPRoute", "app", `r${index}`, {
          parentRefs: [GW_REF],
          hostnames: [`h${index}.example.com`],
          rules: BACKENDS,
        }),
        { parents: [under(GW_REF, [rejected("NoMatchingListenerHostname"), RESOLVED])] },
      ),
    );
    const hearing = world(
      [gw, api, route("GRPCRoute", "app", "rpc", { parentRefs: [GW_REF], hostnames: ["h7.example.com"] }), ...routes],
      true,
    );
    const findings = ofStatus(hearing);
    expect(findings.filter(({ code }) => code === PERMITS)).toHaveLength(10_000);
    expect(findings.filter(({ code }) => code === REFUSES)).toHaveLength(9_999);
  });
});
