/** Fields that look like references and are none of the catalogue's business, each with the reason. */
export interface Exception {
  readonly kinds: "any" | readonly [string, ...string[]];
  /** The catalogue's notation, where a step may hold `*` for any characters, or be `**` for any number of steps. */
  readonly paths: readonly [string, ...string[]];
  readonly reason: string;
}

const ROUTES = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"] as const;

export const EXCEPTIONS: readonly Exception[] = [
  {
    kinds: "any",
    paths: ["status.**"],
    reason: "Controllers write the status to report on references of the spec; nobody can refer to anything with it.",
  },
  {
    kinds: ["ReferenceGrant", "ReferencePolicy"],
    paths: ["spec.from[]", "spec.to[]"],
    reason: "These are the permission side: they name who may refer, and what may be referred to.",
  },
  {
    kinds: ["Gateway", "ListenerSet", "XListenerSet"],
    paths: ["spec.listeners[].allowedRoutes.namespaces.**"],
    reason: "This is the permission side: it chooses the namespaces whose routes may attach.",
  },
  {
    kinds: ["Gateway", "ListenerSet", "XListenerSet"],
    paths: ["spec.listeners[].allowedRoutes.kinds[]"],
    reason: "This is the permission side, and it names kinds of routes, not routes.",
  },
  {
    kinds: ["Gateway"],
    paths: ["spec.allowedListeners.namespaces.**"],
    reason: "This is the permission side: it chooses the namespaces whose ListenerSets may attach.",
  },
  {
    kinds: ["Gateway"],
    paths: ["spec.defaultScope"],
    reason: "A Gateway offers itself with it to the routes that ask for a default one, and names none of them.",
  },
  {
    kinds: ["Gateway"],
    paths: ["spec.gatewayClassName"],
    reason: "It names a GatewayClass, which belongs to no namespace, so that neither side has anything to permit.",
  },
  {
    kinds: ["Gateway"],
    paths: ["spec.addresses[]"],
    reason: "An address is an IP address, a host name or a word of the implementation's own, not a Kubernetes object.",
  },
  {
    kinds: ["XBackend"],
    paths: ["spec.endpointSelector", "spec.endpointSelector.matchLabels"],
    reason: "It selects Pods by their labels in the backend's own namespace, and cannot name another one.",
  },
  {
    kinds: ["GatewayClass", "XMesh"],
    paths: ["spec.controllerName"],
    reason: "It is the name that a controller goes by, and no object bears it.",
  },
  {
    kinds: ROUTES,
    paths: ["spec.parentRefs[].sectionName"],
    reason: "It is part of the parent reference, and chooses a listener or a port of the object that is named there.",
  },
  {
    kinds: ["BackendTLSPolicy"],
    paths: ["spec.targetRef.sectionName", "spec.targetRefs[].sectionName"],
    reason: "It is part of the target reference, and chooses a section of the object that is named there.",
  },
  {
    kinds: ["Gateway", "ListenerSet", "XListenerSet"],
    paths: ["spec.listeners[].name"],
    reason: "It gives the listener its own name.",
  },
  { kinds: ROUTES, paths: ["spec.rules[].name"], reason: "It gives the rule its own name." },
  { kinds: ["XBackend"], paths: ["spec.port.name"], reason: "It gives the port of the backend its own name." },
  {
    kinds: ["HTTPRoute", "GRPCRoute"],
    paths: ["spec.rules[].**.requestHeaderModifier.*[].name", "spec.rules[].**.responseHeaderModifier.*[].name"],
    reason: "It is the name of an HTTP header that is written.",
  },
  {
    kinds: ["HTTPRoute", "GRPCRoute"],
    paths: ["spec.rules[].matches[].headers[].name"],
    reason: "It is the name of an HTTP header that requests are matched by.",
  },
  {
    kinds: ["HTTPRoute"],
    paths: ["spec.rules[].matches[].queryParams[].name"],
    reason: "It is the name of a query parameter that requests are matched by.",
  },
  {
    kinds: ["GRPCRoute"],
    paths: ["spec.rules[].matches[].method.service"],
    reason: "It is the name of a gRPC service inside a request, not that of a Service of Kubernetes.",
  },
  {
    kinds: ["HTTPRoute", "GRPCRoute"],
    paths: ["spec.rules[].sessionPersistence.**"],
    reason: "These are the names of the session's cookie or header.",
  },
  {
    kinds: ["BackendLBPolicy", "XBackendTrafficPolicy", "XBackend"],
    paths: ["spec.sessionPersistence.**"],
    reason: "These are the names of the session's cookie or header.",
  },
  {
    kinds: ["BackendTLSPolicy"],
    paths: ["spec.validation.subjectAltNames[]"],
    reason: "These are host names or URIs in the certificate that the backend shows.",
  },
  {
    kinds: ["XBackend"],
    paths: ["spec.tls.validation.subjectAltNames[]"],
    reason: "These are host names or URIs in the certificate that the backend shows.",
  },
  {
    kinds: ["XTelemetryPolicy"],
    paths: ["spec.tracing.provider.headers[].name", "spec.tracing.attributes[].headerName"],
    reason: "It is the name of an HTTP header that is sent to the collector, or read from the request.",
  },
  {
    kinds: ["XTelemetryPolicy"],
    paths: ["spec.tracing.serviceName", "spec.tracing.spanName", "spec.tracing.attributes[].name"],
    reason: "These are texts in the traces, by which no object is looked up.",
  },
];
