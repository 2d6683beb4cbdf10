import type { LookAlikeGrant } from "../row.ts";

const PROOF_OF_CONCEPT = {
  group: "reference.authorization.k8s.io",
  whose: "the proof of concept kubernetes-sigs/referencegrant-poc",
} as const;

const POC_TYPES = "kubernetes-sigs/referencegrant-poc:apis/v1alpha1/referencegrant_types.go";
const POC_CONSUMER = "kubernetes-sigs/referencegrant-poc:cmd/controller";

/** Kinds that a reader may take for ReferenceGrant, or expect the work of ReferenceGrant from. */
export const LOOK_ALIKE_GRANTS: readonly LookAlikeGrant[] = [
  {
    group: "configuration.konghq.com",
    kind: "KongReferenceGrant",
    plural: "kongreferencegrants",
    scope: "Namespaced",
    whose: "Kong",
    citation: "Kong/kong-operator:config/crd/kong-operator/configuration.konghq.com_kongreferencegrants.yaml",
  },
  {
    ...PROOF_OF_CONCEPT,
    kind: "ReferenceGrant",
    plural: "referencegrants",
    scope: "Namespaced",
    citation: POC_TYPES,
  },
  {
    ...PROOF_OF_CONCEPT,
    kind: "ClusterReferenceGrant",
    plural: "clusterreferencegrants",
    scope: "Cluster",
    citation: `${POC_CONSUMER}/clusterreferencegrant.go`,
  },
  {
    ...PROOF_OF_CONCEPT,
    kind: "ClusterReferenceConsumer",
    plural: "clusterreferenceconsumers",
    scope: "Cluster",
    citation: `${POC_CONSUMER}/clusterreferenceconsumer.go`,
  },
  {
    group: "projectcontour.io",
    kind: "TLSCertificateDelegation",
    plural: "tlscertificatedelegations",
    scope: "Namespaced",
    whose: "Contour",
    citation: "projectcontour/contour:apis/projectcontour/v1/tlscertificatedelegation.go",
  },
  {
    group: "garage.rajsingh.info",
    kind: "GarageReferenceGrant",
    plural: "garagereferencegrants",
    scope: "Namespaced",
    whose: "the Garage operator",
    citation: "rajsinghtech/garage-operator:config/crd/bases/garage.rajsingh.info_garagereferencegrants.yaml",
  },
  {
    group: "seaweed.seaweedfs.com",
    kind: "ResourceReferenceGrant",
    plural: "resourcereferencegrants",
    scope: "Namespaced",
    whose: "the SeaweedFS operator",
    citation: "seaweedfs/seaweedfs-operator:config/crd/bases/seaweed.seaweedfs.com_resourcereferencegrants.yaml",
  },
];
