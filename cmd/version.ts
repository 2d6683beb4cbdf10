import manifest from "../package.json" with { type: "json" };
import type { DataFormat } from "./plan.ts";
import type { Runtime } from "./ports.ts";

/** The commit that was built; set by the build, and by nothing else. */
declare const __COMMIT__: string | undefined;

const VERSION = `v${manifest.version}`;

export const USER_AGENT = `kubectl-refgrant/${manifest.version}`;

/** What Go, and so kubectl, calls systems and processors that Node calls otherwise. */
const GO_WORDS: ReadonlyMap<string, string> = new Map([
  ["win32", "windows"],
  ["x64", "amd64"],
  ["ia32", "386"],
]);

const goWord = (word: string): string => GO_WORDS.get(word) ?? word;

/** What a bug report needs, in kubectl's shape and the words of docs/schema/version.schema.json. */
async function versionData({ node, platform, architecture }: Runtime): Promise<object> {
  const [{ KNOWN_RELEASES }, { SCHEMA_VERSIONS }] = await Promise.all([
    import("../src/catalogue/releases.ts"),
    import("../src/render/schema-versions.ts"),
  ]);
  return {
    schemaVersion: SCHEMA_VERSIONS.version,
    clientVersion: {
      gitVersion: VERSION,
      gitCommit: typeof __COMMIT__ === "string" ? __COMMIT__ : "unknown",
      nodeVersion: node,
      platform: `${goWord(platform)}/${goWord(architecture)}`,
      gatewayApi: KNOWN_RELEASES,
      schemaVersions: SCHEMA_VERSIONS,
    },
  };
}

/**
 * The version of this plugin, for people and for programs.
 *
 * @param runtime what the program runs on
 */
export async function versionText(output: DataFormat, runtime: Runtime): Promise<string> {
  switch (output) {
    case "text":
      return `kubectl-refgrant ${VERSION}\n`;
    case "json":
      return (await import("../src/render/json-text.ts")).jsonText(await versionData(runtime));
    case "yaml":
      return (await import("../src/render/yaml-text.ts")).yamlText(await versionData(runtime));
  }
}
