import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { isRecord, itemsAt, parseJson, textAt, valueAt } from "../e2e/harness/json.ts";
import { referenceOf } from "../e2e/harness/report.ts";
import { runCli } from "../harness/cli.ts";

/**
 * The guides in whose words users meet ReferenceGrants: from their routes alone, or a Gateway that takes a certificate from elsewhere,
 * `scaffold` makes grants that permit what the guide's own permit, and less where the guide grants more than it uses.
 */

interface Guide {
  readonly guide: string;
  /** The folder under test/scenarios with the guide's manifests, and the files of it. */
  readonly folder: string;
  readonly files: readonly string[];
  /** What the guide's grants say: who may refer to what; `*` is every name. */
  readonly theirs: readonly string[];
  /** What is scaffolded. */
  readonly ours: readonly string[];
}

const GUIDES: readonly Guide[] = [
  // Where the guide opens every Service of a namespace, ours opens the one that is used.
  {
    guide: "Cloudflare: basic setup",
    folder: "cloudflare-basic-setup",
    files: ["backend.yaml", "gateway.yaml", "grant.yaml", "route.yaml"],
    theirs: ["HTTPRoute frontend → Service backend/*"],
    ours: ["HTTPRoute frontend → Service backend/api-service"],
  },
  {
    guide: "Cloudflare: GRPCRoute",
    folder: "cloudflare-grpcroute",
    files: ["base.yaml", "grant.yaml"],
    theirs: ["GRPCRoute grpc-clients → Service grpc-services/*"],
    ours: ["GRPCRoute grpc-clients → Service grpc-services/user-grpc"],
  },
  {
    guide: "Cloudflare: multi-service routing",
    folder: "cloudflare-multi-service",
    files: ["base.yaml", "grant-team-a.yaml", "grant-team-b.yaml"],
    theirs: ["HTTPRoute ingress → Service team-a/*", "HTTPRoute ingress → Service team-b/*"],
    ours: ["HTTPRoute ingress → Service team-a/team-a-service", "HTTPRoute ingress → Service team-b/team-b-service"],
  },
  {
    guide: "Kong: allowedRoutes All, and a grant",
    folder: "kong-cross-namespace",
    files: ["namespaces.yaml", "gateway.yaml", "grant.yaml", "service.yaml", "route.yaml"],
    theirs: ["HTTPRoute test-source → Service test-destination/*"],
    ours: ["HTTPRoute test-source → Service test-destination/echo"],
  },
  {
    guide: "ReferencePolicy's page: route to Service",
    folder: "referencepolicy-foo-bar",
    files: ["base.yaml", "grant.yaml"],
    theirs: ["HTTPRoute foo → Service bar/*"],
    ours: ["HTTPRoute foo → Service bar/bar"],
  },
  // Whom the guide trusts and who refers to nothing, nobody has to trust.
  {
    guide: "Cloudflare: shared services namespace",
    folder: "cloudflare-shared-services",
    files: ["gateway.yaml", "shared.yaml", "app-team-a.yaml", "app-team-b.yaml"],
    theirs: [
      "HTTPRoute app-team-a → Service shared-services/*",
      "HTTPRoute app-team-b → Service shared-services/*",
      "HTTPRoute app-team-c → Service shared-services/*",
    ],
    ours: ["HTTPRoute app-team-a → Service shared-services/cache"],
  },
  {
    guide: "Cloudflare: the grant that it warns of",
    folder: "cloudflare-least-privilege",
    files: ["base.yaml", "grant-broad.yaml"],
    theirs: [
      "GRPCRoute frontend → Secret backend/*",
      "GRPCRoute frontend → Service backend/*",
      "Gateway frontend → Secret backend/*",
      "Gateway frontend → Service backend/*",
      "HTTPRoute frontend → Secret backend/*",
      "HTTPRoute frontend → Service backend/*",
    ],
    ours: ["HTTPRoute frontend → Service backend/public-api"],
  },
  // Where the guide grants what is used, and nothing else, ours says the same.
  {
    guide: "Cloudflare: the grant that it recommends",
    folder: "cloudflare-least-privilege",
    files: ["base.yaml", "grant-tight.yaml"],
    theirs: ["HTTPRoute frontend → Service backend/public-api"],
    ours: ["HTTPRoute frontend → Service backend/public-api"],
  },
  {
    // Its other route, which the guide shows as refused, would be granted too if it were asked about.
    guide: "Cloudflare: specific service access",
    folder: "cloudflare-specific-service",
    files: ["base.yaml", "public.yaml"],
    theirs: ["HTTPRoute frontend → Service backend/public-api"],
    ours: ["HTTPRoute frontend → Service backend/public-api"],
  },
  {
    guide: "APISIX: both handshakes",
    folder: "apisix-cross-namespace",
    files: ["gateway.yaml", "backend.yaml", "referencegrant.yaml", "tenant-a.yaml"],
    theirs: ["HTTPRoute tenant-a → Service backend-ns/httpbin"],
    ours: ["HTTPRoute tenant-a → Service backend-ns/httpbin"],
  },
  {
    // Five grants, and not one: that would open each Service to each kind of route.
    guide: "APISIX: all five kinds of route",
    folder: "apisix-route-kinds",
    files: ["gateway.yaml", "backend.yaml", "tenant-a.yaml", "routes.yaml", "grants.yaml"],
    theirs: [
      "GRPCRoute tenant-a → Service backend-ns/grpc-app",
      "HTTPRoute tenant-a → Service backend-ns/http-app",
      "TCPRoute tenant-a → Service backend-ns/tcp-app",
      "TLSRoute tenant-a → Service backend-ns/tls-app",
      "UDPRoute tenant-a → Service backend-ns/udp-app",
    ],
    ours: [
      "GRPCRoute tenant-a → Service backend-ns/grpc-app",
      "HTTPRoute tenant-a → Service backend-ns/http-app",
      "TCPRoute tenant-a → Service backend-ns/tcp-app",
      "TLSRoute tenant-a → Service backend-ns/tls-app",
      "UDPRoute tenant-a → Service backend-ns/udp-app",
    ],
  },
  {
    guide: "ReferencePolicy's page: Gateway to Secret",
    folder: "referencepolicy-gateway-secret",
    files: ["base.yaml", "grant.yaml"],
    theirs: ["Gateway foo → Secret bar/cert"],
    ours: ["Gateway foo → Secret bar/cert"],
  },
  {
    guide: "ReferencePolicy's page: what became of it",
    folder: "referencepolicy-by-age",
    files: ["base.yaml", "grant.yaml"],
    theirs: ["HTTPRoute foo → Service bar/bar"],
    ours: ["HTTPRoute foo → Service bar/bar"],
  },
];

/** The guides that grant more than they use. */
const LESS: readonly string[] = GUIDES.slice(0, 7).map(({ guide }) => guide);

type Manifest = Readonly<Record<string, unknown>>;

const scenarios = resolve(import.meta.dirname, "..", "scenarios");

const documentsIn = (text: string): readonly Manifest[] =>
  parseAllDocuments(text).flatMap((document) => {
    const value: unknown = document.toJS();
    return isRecord(value) ? [value] : [];
  });

const objectsOf = ({ folder, files }: Guide): readonly Manifest[] =>
  files.flatMap((file) => documentsIn(readFileSync(join(scenarios, folder, file), "utf8")));

const textOf = (objects: readonly Manifest[]): string => objects.map((object) => stringify(object)).join("---\n");

const isGrant = ({ kind }: Manifest): boolean => kind === "ReferenceGrant";

/** Routes, and Gateways that refer to Secrets. */
const refers = (object: Manifest): boolean =>
  /Route$/.test(textAt(object, "kind") ?? "") ||
  itemsAt(object, "spec", "listeners").some((listener) => itemsAt(listener, "tls", "certificateRefs").length > 0);

/** Whom grants trust with what, pair by pair. */
const pairsOf = (grants: readonly Manifest[]): readonly string[] =>
  grants
    .flatMap((grant) =>
      itemsAt(grant, "spec", "from").flatMap((from) =>
        itemsAt(grant, "spec", "to").map((to) => {
          const name = `${textAt(grant, "metadata", "namespace")}/${textAt(to, "name") ?? "*"}`;
          return `${textAt(from, "kind")} ${textAt(from, "namespace")} → ${textAt(to, "kind")} ${name}`;
        }),
      ),
    )
    .toSorted();

const covers = (wide: string, narrow: string): boolean =>
  wide === narrow || (wide.endsWith("/*") && narrow.startsWith(wide.slice(0, -1)));

/** The references to other namespaces that grants decide, and how, in a world that is nothing but these objects. */
async function verdictsIn(objects: readonly Manifest[], folder: string): Promise<ReadonlyMap<string, string>> {
  const stdin = textOf(objects);
  const { stdout } = await runCli(["audit", "-f", "-", "--closed-world", "-o", "json"], { folder, stdin });
  const crossing = itemsAt(parseJson(stdout), "decisions").filter(
    (decision) => valueAt(decision, "crossesNamespace") === true && textAt(decision, "handshake") === "grant",
  );
  return new Map(crossing.map((decision) => [referenceOf(decision), textAt(decision, "verdict") ?? ""]));
}

describe.each(GUIDES)("$guide", (guide) => {
  const objects = objectsOf(guide);
  const folder = join(scenarios, guide.folder);
  const scaffolded = async () =>
    runCli(["scaffold", "-A", "--assume-refused", "-f", "-"], { folder, stdin: textOf(objects.filter(refers)) });

  it("is granted what the table says, and nothing that the guide does not grant", async () => {
    const { exitCode, stdout } = await scaffolded();
    expect(exitCode).toBe(0);
    expect(pairsOf(objects.filter(isGrant))).toEqual(guide.theirs);
    const ours = pairsOf(documentsIn(stdout));
    expect(ours).toEqual(guide.ours);
    expect(ours.filter((pair) => !guide.theirs.some((theirs) => covers(theirs, pair)))).toEqual([]);
    expect(LESS.includes(guide.guide)).toBe(guide.theirs.join() !== ours.join());
  });

  it("permits with it every reference that the guide's own grant permits, and none is permitted without", async () => {
    const { stdout } = await scaffolded();
    const others = objects.filter((object) => !isGrant(object));
    const [theirs, ours, none] = await Promise.all([
      verdictsIn(objects, folder),
      verdictsIn([...others, ...documentsIn(stdout)], folder),
      verdictsIn(others, folder),
    ]);
    expect(theirs.size).toBeGreaterThan(0);
    expect(new Set(theirs.values())).toEqual(new Set(["permitted"]));
    expect(ours).toEqual(theirs);
    expect(new Set(none.values())).toEqual(new Set(["refused"]));
  });
});
