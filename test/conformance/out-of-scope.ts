/** Why the engine cannot say what a controller will report. */
export type OutOfScope =
  | "listener-conflict"
  | "protocol-support"
  | "target-content"
  | "target-kind"
  | "tls-termination";

/** Each reason as a sentence. */
export const REASONS: Readonly<Record<OutOfScope, string>> = {
  "listener-conflict":
    "Whether listeners of one port with different protocols or TLS modes can be served together is the implementation's to say, and has nothing to do with references.",
  "protocol-support":
    "Which protocols besides those of the specification an implementation supports is its own to say.",
  "target-content": "The engine reads names of Secrets and ConfigMaps, never their content.",
  "target-kind":
    "Which other kinds than the one that all must take in a field (Service, Secret, ConfigMap; none in `parametersRef`) an implementation takes there is its own to say.",
  "tls-termination":
    "TLS listeners in mode Terminate are a feature of some implementations: upstream has one test for either, with the same listener.",
};

/**
 * Everything in the expectations that the engine does not know, by reason: the test, the object, the listener if it is
 * about one, and what is asserted.
 */
export const OUT_OF_SCOPE: Readonly<Record<OutOfScope, readonly string[]>> = {
  "listener-conflict": [
    "TLSRouteListenerMixedTerminationNotSupported: Gateway infra/gateway-tlsroute-mixed-termination-not-supported listener tls-terminate: Accepted",
    "TLSRouteListenerMixedTerminationNotSupported: Gateway infra/gateway-tlsroute-mixed-termination-not-supported listener tls-passthrough: Accepted",
  ],
  "protocol-support": [
    "GatewayListenerUnsupportedProtocol: Gateway infra/gateway-only-unsupported-protocols: Accepted",
    "GatewayListenerUnsupportedProtocol: Gateway infra/gateway-only-unsupported-protocols listener invalid: Accepted",
    "GatewayListenerUnsupportedProtocol: Gateway infra/gateway-only-unsupported-protocols listener invalid: supportedKinds",
    "GatewayListenerUnsupportedProtocol: Gateway infra/gateway-supported-and-unsupported-protocols: Accepted",
    "GatewayListenerUnsupportedProtocol: Gateway infra/gateway-supported-and-unsupported-protocols listener invalid: Accepted",
    "GatewayListenerUnsupportedProtocol: Gateway infra/gateway-supported-and-unsupported-protocols listener invalid: supportedKinds",
  ],
  "target-content": [
    "BackendTLSPolicyInvalidCACertificateRef: BackendTLSPolicy infra/malformed-ca-certificate-ref at Gateway infra/same-namespace: Accepted",
    "BackendTLSPolicyInvalidCACertificateRef: BackendTLSPolicy infra/malformed-ca-certificate-ref at Gateway infra/same-namespace: ResolvedRefs",
    "GatewayInvalidTLSConfiguration: Gateway infra/gateway-certificate-malformed-secret listener https: ResolvedRefs",
    "GatewayInvalidTLSBackendConfiguration: Gateway infra/gateway-client-certificate-malformed-secret: ResolvedRefs",
  ],
  "target-kind": [
    "BackendTLSPolicyInvalidKind: BackendTLSPolicy infra/invalid-kind at Gateway infra/same-namespace: Accepted",
    "BackendTLSPolicyInvalidKind: BackendTLSPolicy infra/invalid-kind at Gateway infra/same-namespace: ResolvedRefs",
    "GatewayInvalidParametersRef: Gateway infra/gateway-invalid-parameters-ref: Accepted",
    "HTTPRouteInvalidBackendRefUnknownKind: HTTPRoute infra/invalid-backend-ref-unknown-kind at Gateway infra/same-namespace: ResolvedRefs",
    "GatewayInvalidTLSConfiguration: Gateway infra/gateway-certificate-unsupported-group listener https: ResolvedRefs",
    "GatewayInvalidTLSConfiguration: Gateway infra/gateway-certificate-unsupported-kind listener https: ResolvedRefs",
    "GatewayInvalidTLSBackendConfiguration: Gateway infra/gateway-client-certificate-unsupported-group: ResolvedRefs",
    "GatewayInvalidTLSBackendConfiguration: Gateway infra/gateway-client-certificate-unsupported-kind: ResolvedRefs",
    "GatewayInvalidFrontendClientCertificateValidation: Gateway infra/gateway-with-invalid-client-cert-validation listener https-invalid-kind: ResolvedRefs",
    "GatewayInvalidFrontendClientCertificateValidation: Gateway infra/gateway-with-invalid-client-cert-validation listener https-invalid-kind: Accepted",
    "GatewayInvalidFrontendClientCertificateValidation: Gateway infra/gateway-with-invalid-client-cert-validation listener https-invalid-kind: Programmed",
    "TLSRouteInvalidBackendRefUnknownKind: TLSRoute infra/invalid-backend-ref-unknown-kind at Gateway infra/gateway-tlsroute-invalid-backend-ref-unknown-kind: ResolvedRefs",
  ],
  "tls-termination": [
    "TLSRouteListenerTerminateSupportedKinds: Gateway infra/gateway-tlsroute-terminate-supported listener tls-terminate: Accepted",
    "TLSRouteListenerTerminateNotSupported: Gateway infra/gateway-tlsroute-terminate-unsupported listener tls-terminate: Accepted",
  ],
};
