/** What is used of client-node. Named here and loaded from here, so that the bundle holds this part of it and no more. */
export { KubeConfig } from "@kubernetes/client-node";
