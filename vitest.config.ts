import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          // The laws run a thousand worlds each, and LAW_RUNS may ask for more.
          testTimeout: 600_000,
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/conformance/**", "test/completeness/**", "test/architecture.test.ts"],
        },
      },
      { test: { name: "architecture", include: ["test/architecture.test.ts"] } },
      {
        // Needs a Go toolchain: upstream manifests and CRDs, kube-apiserver, etcd and kubectl all come from Go modules.
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/conformance/**/*.test.ts", "test/completeness/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 1_200_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
