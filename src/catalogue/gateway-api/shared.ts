import type { GroupKind } from "../../model/object.ts";
import {
  CLUSTER_TRUST_BUNDLE,
  CONFIG_MAP,
  INFERENCE_POOL,
  SECRET,
  SERVICE,
  SERVICE_IMPORT,
  X_BACKEND,
  X_INFERENCE_POOL,
} from "../kinds.ts";

/** What most fields of the Gateway API have in common. */
export const SPEC = { implementation: "gateway-api", reading: "reference", until: null, quirk: null } as const;
export const STANDARD = { channel: "standard" } as const;
export const EXPERIMENTAL = { channel: "experimental" } as const;

/** Kinds that a backend reference is known to name besides Services (docs/rules.md §2.2). */
const OTHER_BACKENDS: readonly GroupKind[] = [SERVICE_IMPORT, INFERENCE_POOL, X_INFERENCE_POOL, X_BACKEND];

export const BACKEND = {
  ...SPEC,
  handshake: "grant",
  defaults: SERVICE,
  alsoNames: OTHER_BACKENDS,
  condition: "always",
  enforcement: "required",
  missingReason: "BackendNotFound",
} as const;

/** A listener's certificates, on a Gateway and on a ListenerSet. */
export const CERTIFICATES = {
  ...SPEC,
  ...STANDARD,
  handshake: "grant",
  path: "spec.listeners[].tls.certificateRefs[]",
  defaults: SECRET,
  condition: "tls-terminates",
  enforcement: "required",
  missingReason: "InvalidCertificateRef",
} as const;

/** The authorities that clients' certificates are held against. */
export const CLIENT_CAS = {
  ...SPEC,
  handshake: "grant",
  defaults: null,
  alsoNames: [CONFIG_MAP, SECRET, CLUSTER_TRUST_BUNDLE],
  enforcement: "required",
  missingReason: "InvalidCACertificateRef",
} as const;

/** The authorities' old place in each listener. */
export const OLD_CLIENT_CAS = {
  ...CLIENT_CAS,
  ...EXPERIMENTAL,
  path: "spec.listeners[].tls.frontendValidation.caCertificateRefs[]",
  alsoNames: [CONFIG_MAP, SECRET],
  condition: "tls-terminates",
  until: "v1.3.0",
} as const;

/** A reference without a namespace of its own. */
export const LOCAL = { ...SPEC, handshake: "none", reach: "local", defaults: null, missingReason: null } as const;

/** A listener's filters, which run before routes are looked at (GEP-5224). */
export const LISTENER_AUTH = {
  ...BACKEND,
  ...EXPERIMENTAL,
  path: "spec.listeners[].filters.requests[].externalAuth.backendRef",
  missingReason: "InvalidListenerFilterRef",
  since: "v1.7.0",
} as const;
export const LISTENER_EXTENSION = {
  ...LOCAL,
  ...EXPERIMENTAL,
  path: "spec.listeners[].filters.requests[].extensionRef",
  missingReason: "InvalidListenerFilterRef",
  since: "v1.7.0",
} as const;
