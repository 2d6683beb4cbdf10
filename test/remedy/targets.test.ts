import { describe, expect, it } from "vitest";
import { core, GW, grant, type Manifest, object, route } from "../harness/world.ts";
import { adviceOn } from "./advised.ts";

/** Every ending of a reference that is permitted and leads nowhere. */

const REF = "spec.rules[0].backendRefs[0]";

const web = (ref: object): Manifest =>
  route("HTTPRoute", "app", "web", { rules: [{ backendRefs: [{ name: "orders-api", port: 80, ...ref }] }] });
const corrected = (edit: string): string => `${REF} correct-reference: HTTPRoute app/web ${REF}.${edit}`;
const service = core("Service", "app", "orders-api");

const ENDINGS: readonly (readonly [string, readonly Manifest[], readonly string[]])[] = [
  ["a target that is there", [web({}), service], []],
  ["a target that nobody has", [web({})], [`${REF} create-target Service app/orders-api`]],
  ["a name that is mistyped", [web({ name: "order-api" }), service], [corrected('name: "order-api" → "orders-api"')]],
  [
    "a name that differs in a number means something else",
    [web({ name: "orders-v2" }), core("Service", "app", "orders-v1")],
    [`${REF} create-target Service app/orders-v2`],
  ],
  [
    "a name that is too short to be near to another",
    [web({ name: "api" }), core("Service", "app", "app")],
    [`${REF} create-target Service app/api`],
  ],
  [
    "the same name elsewhere: never a grant",
    [web({}), core("Service", "backend", "orders-api")],
    [`${REF} create-target Service app/orders-api, there is Service backend/orders-api`],
  ],
  [
    "a mistyped name in another namespace, of a grant for all",
    [
      web({ name: "order-api", namespace: "backend" }),
      grant("backend", "allow", [{}], [{}]),
      core("Service", "backend", "orders-api"),
    ],
    [corrected('name: "order-api" → "orders-api"')],
  ],
  [
    "a mistyped name in another namespace, of a grant that would not permit the other",
    [
      web({ name: "order-api", namespace: "backend" }),
      grant("backend", "allow", [{}], [{ name: "order-api" }]),
      core("Service", "backend", "orders-api"),
    ],
    [`${REF} create-target Service backend/order-api, near orders-api`],
  ],
  ["a slip of the kind, at home", [web({ kind: "Services" }), service], [corrected('kind: "Services" → "Service"')]],
  [
    "a slip of the kind that a grant shares",
    [
      web({ namespace: "backend", kind: "Services" }),
      grant("backend", "allow", [{}], [{ kind: "Services" }]),
      core("Service", "backend", "orders-api"),
    ],
    [
      corrected('kind: "Services" → "Service"'),
      `${REF} correct-entry: ReferenceGrant backend/allow spec.to[0].kind: "Services" → "Service"`,
    ],
  ],
];

describe("advice on references that lead nowhere", () => {
  it.each(ENDINGS)("%s", (_, world, lines) => {
    expect(adviceOn(world, "HTTPRoute app/web")).toEqual(lines);
  });

  it("reaches references that ask nobody", () => {
    const policy = object(`${GW}/v1`, "BackendTLSPolicy", "app", "tls", {
      targetRefs: [{ group: "", kind: "Service", name: "order-api" }],
      validation: {
        hostname: "a.example",
        caCertificateRefs: [{ group: "core", kind: "ConfigMap", name: "authority" }],
      },
    });
    expect(adviceOn([policy, service, core("ConfigMap", "app", "authority")], "BackendTLSPolicy app/tls")).toEqual([
      'spec.targetRefs[0] correct-reference: BackendTLSPolicy app/tls spec.targetRefs[0].name: "order-api" → "orders-api"',
      'spec.validation.caCertificateRefs[0] correct-reference: BackendTLSPolicy app/tls spec.validation.caCertificateRefs[0].group: "core" → ""',
    ]);
  });
});
