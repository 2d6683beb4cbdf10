/** Who makes and keeps the rules of the catalogue, by id: how each is called, and where it lives. */
export const IMPLEMENTATIONS = {
  "gateway-api": { title: "Gateway API", repository: "kubernetes-sigs/gateway-api" },
  kubernetes: { title: "Kubernetes", repository: "kubernetes-csi/external-provisioner" },
  agentgateway: { title: "agentgateway", repository: "agentgateway/agentgateway" },
  airlock: { title: "Airlock Microgateway", repository: "airlock/microgateway" },
  apisix: { title: "Apache APISIX", repository: "apache/apisix-ingress-controller" },
  "aws-lbc": { title: "AWS Load Balancer Controller", repository: "kubernetes-sigs/aws-load-balancer-controller" },
  cdi: { title: "KubeVirt CDI", repository: "kubevirt/containerized-data-importer" },
  cfgate: { title: "cfgate", repository: "cfgate/cfgate" },
  "cloudflare-tunnel": {
    title: "Cloudflare Tunnel Gateway Controller",
    repository: "lexfrei/cloudflare-tunnel-gateway-controller",
  },
  consul: { title: "Consul API Gateway", repository: "hashicorp/consul-k8s" },
  "envoy-ai-gateway": { title: "Envoy AI Gateway", repository: "envoyproxy/ai-gateway" },
  "envoy-gateway": { title: "Envoy Gateway", repository: "envoyproxy/gateway" },
  fsm: { title: "Flomesh Service Mesh", repository: "flomesh-io/fsm" },
  kgateway: { title: "kgateway", repository: "kgateway-dev/kgateway" },
  kong: { title: "Kong", repository: "Kong/kong-operator" },
  kuadrant: { title: "Kuadrant MCP Gateway", repository: "Kuadrant/mcp-gateway" },
  kuma: { title: "Kuma", repository: "kumahq/kuma" },
  "nginx-gateway-fabric": { title: "NGINX Gateway Fabric", repository: "nginx/nginx-gateway-fabric" },
  traefik: { title: "Traefik", repository: "traefik/traefik" },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly repository: string | null }>>;

export type ImplementationId = keyof typeof IMPLEMENTATIONS;
