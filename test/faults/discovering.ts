import { status } from "../load/cluster/stub.ts";
import type { Fault, Section } from "./fault.ts";
import { answer, but, DISCOVERY, type Handler, healthy, oldServer } from "./world.ts";

const V1 = "/apis/gateway.networking.k8s.io/v1";
const json =
  (body: unknown): Handler =>
  (_request, response) =>
    answer(response, 200, body);
const unavailable: Handler = (_request, response) => answer(response, 503, status(503, "service unavailable"));
const garbage: Handler = (_request, response) => {
  response.writeHead(200, { "Content-Type": "text/html" });
  response.end("<html>");
};

/** One of the things that an aggregated API server tells, changed. */
function told(fault: string, code: number, whyDenied: number, versions: unknown): Fault {
  const items = DISCOVERY.items.map((item) => ({ ...item, versions }));
  return {
    fault,
    code,
    whyDenied,
    provoke: async (stage) => ({
      server: await stage.https((request, response) =>
        request.url === "/apis" ? answer(response, 200, { ...DISCOVERY, items }) : healthy(request, response),
      ),
    }),
  };
}
const [group] = DISCOVERY.items;
const v1 = group?.versions.find(({ version }) => version === "v1");

/** A server before Kubernetes 1.26 of which one part is broken. */
function old(fault: string, code: number, whyDenied: number, part: string, handler: Handler): Fault {
  return {
    fault,
    code,
    whyDenied,
    provoke: async (stage) => ({ server: await stage.https(but(part, handler, oldServer)) }),
  };
}

const whole =
  (body: unknown): Handler =>
  (request, response) =>
    request.url === "/apis" ? answer(response, 200, body) : healthy(request, response);
const apis = (fault: string, body: unknown): Fault => ({
  fault,
  code: 3,
  provoke: async (stage) => ({ server: await stage.https(whole(body)) }),
});

/** An API of somebody else's, that is served by a server of its own. */
const ELSEWHERE = { metadata: { name: "metrics.example" }, versions: [{ version: "v1", freshness: "Stale" }] };

export const DISCOVERING: Section = {
  title: "Which APIs there are",
  about: "",
  faults: [
    apis("a list of groups that is none", { kind: "APIGroupDiscoveryList", items: null }),
    apis("an object of another kind", { kind: "Pod" }),
    apis("no Gateway API", { ...DISCOVERY, items: [] }),
    {
      fault: "an API that nothing depends on is down",
      code: 0,
      provoke: async (stage) => ({
        server: await stage.https(whole({ ...DISCOVERY, items: [...DISCOVERY.items, ELSEWHERE] })),
      }),
    },
    told("the Gateway API is stale, and its kinds are not told", 4, 3, [
      { version: "v1", freshness: "Stale", resources: [] },
    ]),
    told("the Gateway API is stale, and grants are not among its kinds", 4, 4, [
      { ...v1, freshness: "Stale", resources: v1?.resources.filter(({ resource }) => resource !== "referencegrants") },
    ]),
    told("the Gateway API is stale, and the kinds that are needed are told", 4, 0, [{ ...v1, freshness: "Stale" }]),
    told("kinds of the Gateway API that are no list", 4, 3, [{ version: "v1", freshness: "Current", resources: "x" }]),
    old("a server before Kubernetes 1.26, without a fault", 0, 0, "nothing", healthy),
    old("such a server, and one version of a group is unavailable", 4, 0, "v1beta1", unavailable),
    old("such a server, and one version of a group is HTML", 4, 0, "v1beta1", garbage),
    {
      fault: "such a server, and the version that is wanted is unavailable",
      code: 4,
      whyDenied: 3,
      provoke: async (stage) => ({
        server: await stage.https((request, response) =>
          (request.url === V1 ? unavailable : oldServer)(request, response),
        ),
      }),
    },
    {
      fault: "such a server, and the version that is wanted is JSON of something else",
      code: 4,
      whyDenied: 3,
      provoke: async (stage) => ({
        server: await stage.https((request, response) =>
          (request.url === V1 ? json({ kind: "Pod" }) : oldServer)(request, response),
        ),
      }),
    },
    {
      fault: "such a server, and every version of a group is HTML",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https((request, response) =>
          (/^\/apis\/[^/]+\/[^/]+$/.test(request.url ?? "") ? garbage : oldServer)(request, response),
        ),
      }),
    },
  ],
};
