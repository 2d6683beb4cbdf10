import { type Assets, ensureAssets } from "./assets.ts";
import { conformanceModule, conformanceVersions, gatewayApiModule, gatewayApiVersions } from "./modules.ts";

// Builds and downloads everything that the end-to-end tests need, so that the tests themselves only run (`make e2e`).

function report(what: string, where: string, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${what.padEnd(44)} ${seconds.padStart(6)} s  ${where}\n`);
}

let started = performance.now();
const assets: Assets = await ensureAssets();
report("etcd, kube-apiserver, kubectl", "", started);
for (const path of Object.values(assets)) process.stdout.write(`  ${path}\n`);

for (const version of gatewayApiVersions) {
  started = performance.now();
  report(`sigs.k8s.io/gateway-api ${version}`, gatewayApiModule(version), started);
}
for (const version of conformanceVersions) {
  started = performance.now();
  report(`sigs.k8s.io/gateway-api/conformance ${version}`, conformanceModule(version), started);
}
