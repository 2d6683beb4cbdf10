import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

function goCandidates(): readonly string[] {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...folders, "/usr/local/go/bin"].map((folder) => join(folder, "go"));
}

/** Whether there is a Go toolchain to build and download with. */
export function goAvailable(): boolean {
  return goCandidates().some((candidate) => existsSync(candidate));
}

/** The `go` command of PATH, else that of /usr/local/go/bin. */
export function goCommand(): string {
  const found = goCandidates().find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new Error(
      "The end-to-end tests need Go 1.26 or later, on PATH or in /usr/local/go/bin: " +
        "kube-apiserver, etcd, kubectl and the upstream manifests come from Go modules.",
    );
  }
  return found;
}

/** The environment for `go`: the caller's own (proxy, module cache), without settings that would change the outcome. */
export function goEnv(flags: string): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: flags, GOTOOLCHAIN: "local", GOWORK: "off", CGO_ENABLED: "0" };
}
