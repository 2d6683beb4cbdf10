import manifest from "../package.json" with { type: "json" };

/** The version of this plugin, for people and for programs. */
export function versionText(output: "text" | "json" | "yaml"): string {
  const { version } = manifest;
  switch (output) {
    case "text":
      return `kubectl-refgrant v${version}\n`;
    case "json":
      return `${JSON.stringify({ clientVersion: { gitVersion: `v${version}` } }, null, 2)}\n`;
    case "yaml":
      return `clientVersion:\n  gitVersion: v${version}\n`;
  }
}

export const USER_AGENT = `kubectl-refgrant/${manifest.version}`;
