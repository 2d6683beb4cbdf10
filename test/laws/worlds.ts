import fc from "fast-check";
import {
  type AttachmentDecision,
  crossesNamespace,
  type Decision,
  type GrantDecision,
} from "../../src/model/decision.ts";
import { FINDING_CODES } from "../../src/model/finding.ts";
import {
  GW,
  GWX,
  gateway,
  grant,
  type Manifest,
  namespace,
  object,
  reportOn,
  route,
  withStatus,
} from "../harness/world.ts";

/** Small worlds from few names, so that references, grants, statuses and near misses meet often. */

const NAMESPACES = ["a", "b", "c", "constructor"] as const;
const NAMES = ["x", "z"] as const;
const ROUTES = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"] as const;
const ENVOY = "gateway.envoyproxy.io";
const KGATEWAY = "gateway.kgateway.dev";

const ns = fc.constantFrom(...NAMESPACES);
const name = fc.constantFrom(...NAMES);
/** Gateways and sets are few, so that those who look for one find it. */
const parentNamespace = fc.constantFrom("a", "b");
const parentName = fc.oneof({ arbitrary: fc.constant("x"), weight: 5 }, fc.constant("z"));
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
/** Absent two and five times as often as not: what is in every world would hide what is in few. */
const absent = <T>(of: fc.Arbitrary<T>, weight: number) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight }, { arbitrary: of, weight: 1 });
const seldom = <T>(of: fc.Arbitrary<T>) => absent(of, 2);
const rarely = <T>(of: fc.Arbitrary<T>) => absent(of, 5);

/** An object without its undefined members, as a manifest would be written. */
function written(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What one refers to as a backend: mostly Services, written out or by default. */
const backendKind = fc.oneof(
  { arbitrary: fc.constant({}), weight: 6 },
  fc.constantFrom<object>(
    { group: "", kind: "Service" },
    { kind: "Secret" },
    { group: GWX, kind: "XBackend" },
    { group: "inference.networking.k8s.io", kind: "InferencePool" },
    { group: KGATEWAY, kind: "Backend" },
    { group: "core", kind: "Service" },
  ),
);

const backendRef = fc
  .record({ name, namespace: maybe(ns), port: fc.constant(80), weight: rarely(fc.constant(0)), kind: backendKind })
  .map(({ kind, ...ref }) => ({ ...written(ref), ...kind }));

const secretRef = fc.record({ name, namespace: maybe(ns) }).map(written);

const authorityRef = fc.oneof(
  { arbitrary: secretRef.map((ref) => ({ group: "", kind: "ConfigMap", ...ref })), weight: 3 },
  secretRef.map((ref) => ({ group: "", kind: "Secret", ...ref })),
  fc.constant({ group: "certificates.k8s.io", kind: "ClusterTrustBundle", name: "x" }),
);

const aFilter = fc.oneof(
  backendRef.map((ref) => ({ type: "RequestMirror", requestMirror: { backendRef: ref } })),
  backendRef.map((ref) => ({ type: "ExternalAuth", externalAuth: { protocol: "HTTP", backendRef: ref } })),
  name.map((own) => ({
    type: "ExtensionRef",
    extensionRef: { group: "example.com", kind: "Filter", name: own, namespace: "b" },
  })),
);

const parentRef = fc
  .record({
    what: fc.constantFrom<object>(
      {},
      {},
      { kind: "Gateway" },
      { kind: "ListenerSet" },
      { group: GWX, kind: "XListenerSet" },
      { group: "example.com", kind: "Mesh" },
    ),
    name: parentName,
    namespace: maybe(parentNamespace),
    sectionName: seldom(fc.constantFrom("l0", "l1")),
    port: rarely(fc.constantFrom(80, 443)),
  })
  .map(({ what, ...ref }) => ({ ...what, ...written(ref) }));

const meshParent = fc.record({ group: fc.constant(""), kind: fc.constant("Service"), name, namespace: ns });

/** What controllers write, and a vendor's word; seldom something odd. */
const WORDS = [
  ["Accepted", "True", "Accepted"],
  ["Accepted", "False", "NotAllowedByListeners"],
  ["Accepted", "False", "NoMatchingListenerHostname"],
  ["Accepted", "False", "NotAllowed"],
  ["Accepted", "False", "UnsupportedValue"],
  ["Accepted", "Unknown", "Pending"],
  ["ResolvedRefs", "True", "ResolvedRefs"],
  ["ResolvedRefs", "True", "ResolvedRefs"],
  ["ResolvedRefs", "False", "RefNotPermitted"],
  ["ResolvedRefs", "False", "BackendNotFound,RefNotPermitted"],
  ["ResolvedRefs", "False", "InvalidCertificateRef"],
  ["ResolvedRefs", "Maybe", "RefNotPermitted"],
  ["PartiallyInvalid", "True", "UnsupportedValue"],
  ["OutOfCoffee", "True", "Empty"],
] as const;

const condition = fc
  .record({ word: fc.constantFrom(...WORDS), observedGeneration: fc.constantFrom(3, 3, 2, undefined) })
  .map(({ word: [type, status, reason], observedGeneration }) => written({ type, status, reason, observedGeneration }));

const conditions = fc.array(condition, { maxLength: 2 });

/** A status, for a third of the objects; `statusOf` places the conditions where the kind has them. */
function reported<T>(
  of: fc.Arbitrary<T>,
  make: (value: T) => Manifest,
  statusOf: (words: object[], value: T) => object,
) {
  return fc
    .record({ value: of, words: conditions, reports: fc.constantFrom(true, false, false) })
    .map(({ value, words, reports }) => (reports ? withStatus(make(value), statusOf(words, value)) : make(value)));
}

const controllerName = "example.com/controller";

const aRoute = reported(
  fc.record({
    kind: fc.constantFrom(...ROUTES),
    namespace: ns,
    name,
    parentRefs: fc.array(fc.oneof({ arbitrary: parentRef, weight: 4 }, meshParent), { maxLength: 2 }),
    backendRefs: fc.array(backendRef, { minLength: 1, maxLength: 3 }),
    filters: seldom(fc.array(aFilter, { minLength: 1, maxLength: 2 })),
    hostnames: maybe(fc.array(fc.constantFrom("a.x", "*.x", "b.y"), { maxLength: 2 })),
    useDefaultGateways: rarely(fc.constantFrom("All", "None")),
    creationTimestamp: maybe(fc.constantFrom("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")),
  }),
  ({ kind, namespace: home, name: own, parentRefs, backendRefs, filters, creationTimestamp, ...spec }) => {
    const made = route(kind, home, own, written({ parentRefs, rules: [written({ backendRefs, filters })], ...spec }));
    return { ...made, metadata: written({ namespace: home, name: own, creationTimestamp }) };
  },
  (words, { parentRefs }) => ({
    parents: parentRefs.map((ref) => ({ parentRef: ref, controllerName, conditions: words })),
  }),
);

const admission = fc.oneof(
  fc.constant({}),
  fc.constantFrom("All", "Same").map((from) => ({ allowedRoutes: { namespaces: { from } } })),
  fc.constantFrom("one", "two").map((team) => ({
    allowedRoutes: { namespaces: { from: "Selector", selector: { matchLabels: { team } } } },
  })),
  fc.constant({ allowedRoutes: { namespaces: { from: "Selector", selector: {} } } }),
  fc.constant({ allowedRoutes: { namespaces: { from: "All" }, kinds: [{ kind: "HTTPRoute" }] } }),
);

const listenerFilters = fc.array(
  fc.oneof(
    backendRef.map((ref) => ({ type: "ExternalAuth", externalAuth: { protocol: "GRPC", backendRef: ref } })),
    fc.constant({ type: "ExtensionRef", extensionRef: { group: "example.com", kind: "Filter", name: "x" } }),
  ),
  { minLength: 1, maxLength: 2 },
);

const listenerTls = fc
  .record({
    mode: rarely(fc.constantFrom("Terminate", "Passthrough")),
    certificateRefs: fc.array(secretRef, { minLength: 1, maxLength: 2 }),
    frontendValidation: rarely(authorityRef.map((ref) => ({ caCertificateRefs: [ref] }))),
  })
  .map(written);

const someListeners = fc
  .array(
    fc.record({
      admission,
      protocol: fc.constantFrom("HTTP", "HTTPS", "TCP", "TLS", "example.com/own"),
      port: fc.constantFrom(80, 443),
      hostname: maybe(fc.constantFrom("a.x", "*.x")),
      tls: maybe(listenerTls),
      filters: rarely(listenerFilters),
    }),
    { maxLength: 2 },
  )
  .map((listeners) =>
    listeners.map(({ admission: allowed, filters, ...listener }, index) =>
      written({
        name: `l${index}`,
        ...listener,
        ...allowed,
        filters: filters === undefined ? undefined : { requests: filters },
      }),
    ),
  );

const onListeners = (words: object[]) => ({
  conditions: words,
  listeners: [0, 1].map((index) => ({ name: `l${index}`, conditions: words })),
});

const frontend = fc
  .record({
    default: authorityRef.map((ref) => ({ validation: { caCertificateRefs: [ref] } })),
    perPort: seldom(authorityRef.map((ref) => [{ port: 443, tls: { validation: { caCertificateRefs: [ref] } } }])),
  })
  .map(written);

const allowedListeners = fc
  .constantFrom<object>({ from: "All" }, { from: "Same" }, { from: "None" }, { from: "Selector", selector: {} })
  .map((namespaces) => ({ namespaces }));

const aGateway = reported(
  fc.record({
    namespace: parentNamespace,
    name: parentName,
    listeners: someListeners,
    more: fc.record({
      allowedListeners: maybe(allowedListeners),
      defaultScope: rarely(fc.constantFrom("All", "None")),
      tls: seldom(
        fc
          .record({
            frontend: maybe(frontend),
            backend: maybe(secretRef.map((ref) => ({ clientCertificateRef: ref }))),
          })
          .map(written),
      ),
      backendTLS: rarely(secretRef.map((ref) => ({ clientCertificateRef: ref }))),
      infrastructure: rarely(
        fc.constant({ parametersRef: { group: "", kind: "ConfigMap", name: "x", namespace: "b" } }),
      ),
    }),
  }),
  ({ namespace: home, name: own, listeners, more }) => gateway(home, own, listeners, written(more)),
  onListeners,
);

const aListenerSet = reported(
  fc.record({
    type: fc.constantFrom(
      [`${GW}/v1`, "ListenerSet"],
      [`${GW}/v1`, "ListenerSet"],
      [`${GWX}/v1alpha1`, "XListenerSet"],
    ),
    namespace: parentNamespace,
    name: parentName,
    listeners: someListeners,
    parentRef: fc.record({ name: parentName, namespace: maybe(parentNamespace) }).map(written),
  }),
  ({ type: [version = "", kind = ""], namespace: home, name: own, ...spec }) => object(version, kind, home, own, spec),
  onListeners,
);

const telemetry = reported(
  fc.record({ namespace: ns, name, backendRef }),
  ({ namespace: home, name: own, backendRef: ref }) =>
    object(`${GWX}/v1alpha1`, "XTelemetryPolicy", home, own, {
      targetRefs: [{ group: GW, kind: "Gateway", name: "x" }],
      tracing: { mode: "Enabled", provider: { backendRef: ref } },
    }),
  (words) => ({ ancestors: [{ ancestorRef: { name: "x" }, controllerName, conditions: words }] }),
);

/** Objects with references of one kind each: own kinds, those of others by each class of enforcement, and claims. */
const aReferrer = fc.oneof(
  telemetry,
  ...[
    fc.record({ namespace: ns, name, ca: authorityRef }).map(({ namespace: home, name: own, ca }) =>
      object(`${GW}/v1`, "BackendTLSPolicy", home, own, {
        targetRefs: [{ group: "", kind: "Service", name: own }],
        validation: { caCertificateRefs: [ca], hostname: "a.x" },
      }),
    ),
    fc.record({ namespace: ns, name, ref: secretRef }).map(({ namespace: home, name: own, ref }) =>
      object(`${GWX}/v1alpha1`, "XBackend", home, own, {
        tls: { mode: "ClientAndServer", clientCertificateRef: ref },
      }),
    ),
    fc.record({ name, namespace: ns }).map(({ name: own, namespace: home }) =>
      object(`${GW}/v1`, "GatewayClass", null, "x", {
        controllerName,
        parametersRef: { group: "", kind: "ConfigMap", namespace: home, name: own },
      }),
    ),
    // required, by selector too
    fc.record({ namespace: ns, name, ref: backendRef }).map(({ namespace: home, name: own, ref }) =>
      object(`${ENVOY}/v1alpha1`, "SecurityPolicy", home, own, {
        extAuth: { http: { backendRefs: [ref] } },
        targetSelectors: [{ group: GW, kind: "HTTPRoute", matchLabels: {}, namespaces: { from: "All" } }],
      }),
    ),
    // mode
    fc.record({ namespace: ns, name, ref: backendRef }).map(({ namespace: home, name: own, ref }) =>
      object(`${KGATEWAY}/v1alpha1`, "GatewayExtension", home, own, {
        extAuth: { grpcService: { backendRef: ref } },
      }),
    ),
    // ignored, and same-namespace-only
    fc
      .record({ namespace: ns, name, ref: backendRef, key: secretRef })
      .map(({ namespace: home, name: own, ref, key }) =>
        object(`${ENVOY}/v1alpha1`, "EnvoyProxy", home, own, {
          telemetry: { tracing: { provider: { backendRefs: [ref] } } },
          backendTLS: { clientCertificateRef: key },
        }),
      ),
    // generated
    fc.record({ namespace: ns, name, of: ns }).map(({ namespace: home, name: own, of }) =>
      object("aigateway.envoyproxy.io/v1alpha1", "AIServiceBackend", home, own, {
        backendRef: { group: ENVOY, kind: "Backend", name: "x", namespace: of },
      }),
    ),
    // declared
    fc.record({ namespace: ns, name, ref: secretRef }).map(({ namespace: home, name: own, ref }) =>
      object("microgateway.airlock.com/v1alpha1", "GatewayParameters", home, own, {
        experimental: { tls: { backend: { clientCertificateRef: ref } } },
      }),
    ),
    // feature-gated
    fc.record({ namespace: ns, name, from: maybe(ns) }).map(({ namespace: home, name: own, from }) =>
      object("v1", "PersistentVolumeClaim", home, own, {
        dataSourceRef: written({
          apiGroup: "snapshot.storage.k8s.io",
          kind: "VolumeSnapshot",
          name: "x",
          namespace: from,
        }),
      }),
    ),
  ],
);

/** Whom grants trust and what they open: what the worlds refer with and to, and slips of it. */
const trusted = fc.oneof(
  { arbitrary: fc.constantFrom(...ROUTES).map((kind) => ({ group: GW, kind })), weight: 6 },
  {
    arbitrary: fc.constantFrom(
      { group: GW, kind: "Gateway" },
      { group: GW, kind: "Gateway" },
      { group: GW, kind: "ListenerSet" },
      { group: GWX, kind: "XListenerSet" },
      { group: GWX, kind: "XTelemetryPolicy" },
      { group: GWX, kind: "XBackend" },
      { group: "", kind: "PersistentVolumeClaim" },
      { group: ENVOY, kind: "SecurityPolicy" },
      { group: ENVOY, kind: "EnvoyProxy" },
      { group: KGATEWAY, kind: "GatewayExtension" },
      { group: "microgateway.airlock.com", kind: "GatewayParameters" },
    ),
    weight: 4,
  },
  fc.constantFrom(
    { group: GW, kind: "HTTPRoutes" },
    { group: GW, kind: "httproute" },
    { group: "networking.gateway.k8s.io", kind: "HTTPRoute" },
    { group: GW, kind: "BackendTLSPolicy" },
    { group: "example.com", kind: "Widget" },
  ),
);

const opened = fc.oneof(
  { arbitrary: fc.constantFrom("Service", "Secret").map((kind) => ({ group: "", kind })), weight: 6 },
  {
    arbitrary: fc.constantFrom(
      { group: "", kind: "ConfigMap" },
      { group: GWX, kind: "XBackend" },
      { group: GW, kind: "HTTPRoute" },
      { group: "snapshot.storage.k8s.io", kind: "VolumeSnapshot" },
      { group: "inference.networking.k8s.io", kind: "InferencePool" },
      { group: KGATEWAY, kind: "Backend" },
    ),
    weight: 2,
  },
  fc.constantFrom(
    { group: "core", kind: "Service" },
    { group: "", kind: "Services" },
    { group: GW, kind: "Gateway" },
    { group: "certificates.k8s.io", kind: "ClusterTrustBundle" },
  ),
);

const grantEntries = fc.record({
  namespace: ns,
  name: fc.constantFrom("g", "h"),
  from: fc.array(
    fc
      .record({ trusted, namespace: fc.oneof({ arbitrary: ns, weight: 12 }, fc.constant("*")) })
      .map(({ trusted: kind, namespace: home }) => ({ ...kind, namespace: home })),
    { minLength: 1, maxLength: 3 },
  ),
  to: fc.array(
    fc
      .record({ opened, name: maybe(fc.oneof({ arbitrary: name, weight: 8 }, fc.constantFrom("*", "", "gone"))) })
      .map(({ opened: kind, name: own }) => ({ ...kind, ...(own === undefined ? {} : { name: own }) })),
    { minLength: 1, maxLength: 2 },
  ),
});

/** A grant that is likely to be near some reference. */
export const aGrant: fc.Arbitrary<Manifest> = grantEntries.map(({ namespace: home, name: own, from, to }) =>
  grant(home, own, from, to),
);

/** A grant that is being deleted, is of an old version, or is what grants were called once. */
const anOddGrant = fc
  .record({ made: aGrant, odd: fc.constantFrom("leaving", "old", "policy") })
  .map(({ made, odd }): Manifest => {
    const metadata = Object(made.metadata);
    switch (odd) {
      case "leaving":
        return { ...made, metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
      case "old":
        return { ...made, apiVersion: `${GW}/v1beta1` };
      default:
        return { ...made, kind: "ReferencePolicy", apiVersion: `${GW}/v1alpha2` };
    }
  });

/** With it among the files, ReferencePolicies are in force (docs/rules.md §1.6). */
const oldDefinition: Manifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `referencepolicies.${GW}` },
  spec: {
    group: GW,
    names: { kind: "ReferencePolicy", plural: "referencepolicies" },
    scope: "Namespaced",
    versions: [{ name: "v1alpha2", served: true, storage: true }],
  },
  status: { storedVersions: ["v1alpha2"] },
};

const lookAlike = ns.map((home) =>
  object("configuration.konghq.com/v1alpha1", "KongReferenceGrant", home, "x", { from: [], to: [] }),
);

const aNamespace = fc
  .record({ name: ns, team: maybe(fc.constantFrom("one", "two")) })
  .map(({ name: own, team }) => namespace(own, team === undefined ? {} : { team }));

const aCore = fc.record({ kind: fc.constantFrom("Service", "Secret", "ConfigMap"), namespace: ns, name }).map(
  ({ kind, namespace: home, name: own }): Manifest => ({
    apiVersion: "v1",
    kind,
    metadata: { namespace: home, name: own },
  }),
);

/** A Service that says what is behind it, or leaves that open. */
const aService = fc
  .record({
    namespace: ns,
    name,
    spec: fc.constantFrom<object>(
      { selector: { app: "x" }, ports: [{ port: 80 }] },
      { ports: [{ port: 80 }] },
      { type: "ExternalName", externalName: "a.x" },
    ),
  })
  .map(({ namespace: home, name: own, spec }) => object("v1", "Service", home, own, spec));

/** Some objects keep findings to themselves. */
const annotated = (made: fc.Arbitrary<Manifest>) =>
  fc
    .record({
      made,
      codes: rarely(fc.subarray([...Object.keys(FINDING_CODES), "no-such-code"], { minLength: 1, maxLength: 3 })),
    })
    .map(({ made: manifest, codes }): Manifest => {
      if (codes === undefined) return manifest;
      const annotations = { "kubectl-refgrant/ignore": codes.join(",") };
      return { ...manifest, metadata: { ...Object(manifest.metadata), annotations } };
    });

/** Two manifests of one identity are one object. */
export function identityOf({ kind, metadata }: Manifest): string {
  const { namespace: home, name: own }: { namespace?: string; name?: string } = Object(metadata);
  return JSON.stringify([kind, home ?? null, own]);
}

/** Objects that say nothing of one another but by chance. */
const someObjects = fc.uniqueArray(
  annotated(
    fc.oneof(
      { arbitrary: aRoute, weight: 8 },
      { arbitrary: aGateway, weight: 6 },
      { arbitrary: aListenerSet, weight: 4 },
      { arbitrary: aReferrer, weight: 6 },
      { arbitrary: aGrant, weight: 4 },
      { arbitrary: anOddGrant, weight: 1 },
      { arbitrary: aNamespace, weight: 3 },
      { arbitrary: aCore, weight: 2 },
      { arbitrary: aService, weight: 2 },
      { arbitrary: fc.oneof(fc.constant(oldDefinition), lookAlike), weight: 1 },
    ),
  ),
  { selector: identityOf, minLength: 1, maxLength: 14 },
);

/** How a grant for some reference of the world is written: for one name or all, and perhaps with a slip. */
interface Answer {
  readonly to: number;
  /** A second reference that the same grant is for, if it leads to the same namespace. */
  readonly alsoTo: number | undefined;
  readonly everyName: boolean;
  readonly slip: { readonly from?: object; readonly to?: object; readonly home?: string };
}

const anAnswer: fc.Arbitrary<Answer> = fc.record({
  to: fc.nat(99),
  alsoTo: seldom(fc.nat(99)),
  everyName: fc.boolean(),
  slip: fc.oneof(
    { arbitrary: fc.constant<Answer["slip"]>({}), weight: 6 },
    fc.constantFrom<Answer["slip"]>(
      { from: { kind: "UDPRoute" } },
      { from: { namespace: "d" } },
      { from: { group: "networking.k8s.io" } },
      { to: { group: "core" } },
      { to: { kind: "Services" } },
      { to: { name: "other" } },
      { home: "a" },
    ),
  ),
});

/** The grant that a reference asks for, or two of them. */
function answeringGrant(
  decisions: readonly [GrantDecision, ...GrantDecision[]],
  { everyName, slip }: Answer,
  index: number,
): Manifest {
  const from = decisions.map(({ reference: { referrer, trustedAs } }) => {
    const [{ group, kind }] = trustedAs;
    return { group, kind, namespace: referrer.namespace, ...slip.from };
  });
  const to = decisions.map(({ reference: { referent } }) => {
    const { group, kind, name: own } = referent;
    return { group, kind, ...(everyName ? {} : { name: own }), ...slip.to };
  });
  return grant(slip.home ?? decisions[0].reference.referent.namespace ?? "a", `for-${index}`, from, to);
}

const PROTOCOLS: Readonly<Record<string, string>> = { TCPRoute: "TCP", TLSRoute: "TLS" };

/** The parent that a route or a set asks for. */
function answeringParent({ reference }: AttachmentDecision, { everyName }: Answer): Manifest {
  const { referrer, referent, sectionName, port } = reference;
  const home = referent.namespace ?? "a";
  if (referent.group === "") return object("v1", referent.kind, home, referent.name, {});
  const protocol = PROTOCOLS[referrer.kind] ?? "HTTP";
  const namespaces = { from: everyName ? "All" : "Same" };
  const listener = {
    name: sectionName ?? "l0",
    port: port ?? 80,
    protocol,
    ...(protocol === "TLS" ? { tls: { mode: "Passthrough" } } : {}),
    allowedRoutes: { namespaces },
  };
  if (referent.kind === "Gateway")
    return gateway(home, referent.name, [listener], { allowedListeners: { namespaces } });
  const version = referent.group === GWX ? "v1alpha1" : "v1";
  return object(`${referent.group}/${version}`, referent.kind, home, referent.name, {
    parentRef: { name: "x", namespace: "a" },
    listeners: [listener],
  });
}

type Asking = GrantDecision | AttachmentDecision;

/** Is it a reference that a grant could answer, or a parent that is not there? */
function asks(decision: Decision): decision is Asking {
  if (decision.handshake === "grant") return crossesNamespace(decision);
  if (decision.handshake === "none" || decision.outcome.verdict !== "refused") return false;
  return decision.outcome.reason === "ParentNotFound";
}

/** A world in which every object stands once, with some grants and parents that what is in it asks for. */
export const aWorld: fc.Arbitrary<readonly Manifest[]> = fc
  .record({ objects: someObjects, answers: fc.array(anAnswer, { maxLength: 6 }) })
  .map(({ objects, answers }) => {
    if (answers.length === 0) return objects;
    const asking = reportOn(objects).decisions.filter(asks);
    const answered = answers.flatMap((answer, index) => {
      const pick = (which: number): Asking | undefined => asking[which % Math.max(asking.length, 1)];
      const decision = pick(answer.to);
      if (decision === undefined) return [];
      if (decision.handshake === "attachment") return [answeringParent(decision, answer)];
      const other = answer.alsoTo === undefined ? undefined : pick(answer.alsoTo);
      const both =
        other?.handshake === "grant" && other.reference.referent.namespace === decision.reference.referent.namespace;
      return [answeringGrant(both ? [decision, other] : [decision], answer, index)];
    });
    const once = new Map([...objects, ...answered].map((made) => [identityOf(made), made]));
    return [...once.values()];
  });

/** A grant that permits a part of what another one does, or as much, or more: entries to keep as bits, names to forget. */
interface Echo {
  readonly of: number;
  readonly from: number;
  readonly to: number;
  readonly everyName: boolean;
}

const anEcho: fc.Arbitrary<Echo> = fc.record({
  of: fc.nat(99),
  from: fc.constantFrom(1, 2, 3, 7),
  to: fc.constantFrom(1, 2, 3, 7),
  everyName: fc.boolean(),
});

function echoing(original: Manifest, { from, to, everyName }: Echo, index: number): Manifest {
  const { namespace: home }: { namespace?: string } = Object(original.metadata);
  const spec: { from?: readonly object[]; to?: readonly object[] } = Object(original.spec);
  const kept = (entries: readonly object[] | undefined, bits: number) => {
    const chosen = (entries ?? []).filter((_, at) => (bits & (1 << at)) !== 0);
    return chosen.length > 0 ? chosen : (entries ?? []).slice(0, 1);
  };
  const targets = kept(spec.to, to).map((entry) => (everyName ? { ...entry, name: null } : entry));
  return grant(home ?? "a", `echo-${index}`, kept(spec.from, from), targets);
}

/** A world in which grants overlap. */
export const anOverlappingWorld: fc.Arbitrary<readonly Manifest[]> = fc
  .record({ world: aWorld, echoes: fc.array(anEcho, { maxLength: 4 }) })
  .map(({ world, echoes }) => {
    const grants = world.filter(({ kind }) => kind === "ReferenceGrant");
    const more = echoes.flatMap((echo, index) => {
      const original = grants[echo.of % Math.max(grants.length, 1)];
      return original === undefined ? [] : [echoing(original, echo, index)];
    });
    return [...world, ...more];
  });

/** As in a cluster: every namespace that holds something has its Namespace. */
export function settled(world: readonly Manifest[]): readonly Manifest[] {
  const once = new Map(world.map((manifest) => [identityOf(manifest), manifest]));
  for (const { metadata } of world) {
    const { namespace: home }: { namespace?: string } = Object(metadata);
    if (home === undefined) continue;
    const made = namespace(home);
    if (!once.has(identityOf(made))) once.set(identityOf(made), made);
  }
  return [...once.values()];
}
