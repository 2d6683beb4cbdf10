import type { Field } from "../model/fields.ts";

/**
 * Where a controller's proxies run.
 * - `gateway`: in the namespace of the Gateway, for which the controller deploys them.
 * - `own`: in the namespace of the controller, which no object of the Gateway API tells.
 * - `node`: on the nodes, under an identity that is no Pod's.
 * - `outside`: outside the cluster.
 */
export type Placement = "gateway" | "own" | "node" | "outside";

interface Controller {
  /** `spec.controllerName` of its GatewayClasses. */
  readonly name: string;
  readonly placement: Placement;
  readonly citation: string;
}

/** Controllers of which it is known where their proxies run by default. Contour's is in no object: it has two ways. */
const CONTROLLERS: readonly Controller[] = [
  {
    name: "istio.io/gateway-controller",
    placement: "gateway",
    citation: "istio/istio:pilot/pkg/features/pilot.go, pilot/pkg/config/kube/gateway/deploymentcontroller.go",
  },
  {
    name: "istio.io/mesh-controller",
    placement: "gateway",
    citation: "istio/istio:pkg/config/constants/constants.go, pilot/pkg/config/kube/gateway/deploymentcontroller.go",
  },
  {
    name: "openshift.io/gateway-controller/v1",
    placement: "gateway",
    citation: "openshift/cluster-ingress-operator:pkg/operator/controller/names.go (Istio)",
  },
  {
    name: "gateway.nginx.org/nginx-gateway-controller",
    placement: "gateway",
    citation: "nginx/nginx-gateway-fabric:internal/controller/provisioner/objects.go (since v2.0)",
  },
  {
    name: "kgateway.dev/kgateway",
    placement: "gateway",
    citation: "kgateway-dev/kgateway:pkg/kgateway/wellknown/controller.go, pkg/deployer/deployer.go",
  },
  {
    name: "agentgateway.dev/agentgateway",
    placement: "gateway",
    citation: "agentgateway/agentgateway:controller/pkg/deployer/deployer.go",
  },
  {
    name: "kgateway.dev/agentgateway",
    placement: "gateway",
    citation: "kgateway-dev/kgateway:pkg/kgateway/wellknown/controller.go, pkg/deployer/deployer.go",
  },
  {
    name: "konghq.com/gateway-operator",
    placement: "gateway",
    citation: "Kong/kong-operator:pkg/vars/gateway.go, controller/gateway/controller_reconciler_utils.go",
  },
  {
    name: "consul.hashicorp.com/gateway-controller",
    placement: "gateway",
    citation: "hashicorp/consul-k8s:control-plane/api-gateway/gatekeeper/deployment.go",
  },
  {
    name: "gateway.envoyproxy.io/gatewayclass-controller",
    placement: "own",
    citation: "envoyproxy/gateway:api/v1alpha1/envoygateway_types.go",
  },
  {
    name: "traefik.io/gateway-controller",
    placement: "own",
    citation: "traefik/traefik:pkg/provider/kubernetes/gateway/kubernetes.go",
  },
  {
    name: "konghq.com/kic-gateway-controller",
    placement: "own",
    citation: "Kong/kubernetes-ingress-controller:internal/controllers/gateway/gatewayclass_controller.go",
  },
  {
    name: "apisix.apache.org/apisix-ingress-controller",
    placement: "own",
    citation: "apache/apisix-ingress-controller:internal/controller/config/config.go",
  },
  {
    name: "cf.k8s.lex.la/tunnel-controller",
    placement: "own",
    citation:
      "lexfrei/cloudflare-tunnel-gateway-controller:charts/cloudflare-tunnel-gateway-controller/templates/deployment-proxy.yaml",
  },
  {
    name: "io.cilium/gateway-controller",
    placement: "node",
    citation: "cilium/cilium:operator/pkg/gateway-api/controller.go",
  },
  {
    name: "gateway.k8s.aws/alb",
    placement: "outside",
    citation: "kubernetes-sigs/aws-load-balancer-controller:pkg/gateway/constants/controller_constants.go",
  },
  {
    name: "gateway.k8s.aws/nlb",
    placement: "outside",
    citation: "kubernetes-sigs/aws-load-balancer-controller:pkg/gateway/constants/controller_constants.go",
  },
  {
    name: "application-networking.k8s.aws/gateway-api-controller",
    placement: "outside",
    citation: "aws/aws-application-networking-k8s:pkg/config/controller_config.go",
  },
  {
    name: "networking.gke.io/gateway",
    placement: "outside",
    citation: "Google Kubernetes Engine documentation, About Gateway API",
  },
  {
    name: "alb.networking.azure.io/alb-controller",
    placement: "outside",
    citation: "Azure Application Gateway for Containers documentation",
  },
];

const BY_NAME: ReadonlyMap<string, Placement> = new Map(CONTROLLERS.map(({ name, placement }) => [name, placement]));

/**
 * Where the proxies of a Gateway run, by the controller of its class; null where that is not known. A controller leaves it to
 * the user to run them where the Gateway names something else than one IP address (Istio's manual deployment).
 */
export function placementOf(controllerName: string, gateway: Field): Placement | null {
  const placement = BY_NAME.get(controllerName) ?? null;
  if (placement !== "gateway") return placement;
  const addresses = gateway.at("spec").at("addresses").items();
  const deployed =
    addresses.length < 2 && addresses.every((address) => address.at("type").textOr("IPAddress") === "IPAddress");
  return deployed ? placement : null;
}
