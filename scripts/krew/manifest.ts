import { stringify } from "yaml";
import { INSTALL_COMPLETION } from "../../cmd/commands/completion.ts";
import { archiveName, executableName, TARGETS, type Target } from "../dist/targets.ts";

/** What package.json says of the project. */
export interface Project {
  /** As in package.json, without a `v`. */
  readonly version: string;
  /** The repository on GitHub, whose releases hold the archives. */
  readonly homepage: string;
}

/** SHA-256 in lower-case hex, by the name of a file. */
export type Checksums = ReadonlyMap<string, string>;

const NAME = "refgrant";
const SHORT_DESCRIPTION = "Audit and explain Gateway API ReferenceGrants";

const DESCRIPTION = `\
Finds references of the Gateway API that cross namespaces and that no
ReferenceGrant permits, and routes that no listener takes, and tells for
each which rule decided and what to change. Finds grants that nothing uses
and grants that permit more than is used, and writes the smallest grants
that permit what was refused. Knows the reference fields of common
implementations beside those of the specification. Answers from a cluster
or from manifest files. It never writes to a cluster, and never asks for
the data of a Secret.
`;

const caveats = (homepage: string): string => `\
Needs the rights to list and get the kinds of the Gateway API and what they
name. What you may not read is reported as unknown, with the right that is
missing. The roles are in:
${homepage}/blob/main/docs/clusterrole.yaml

Completion (kubectl 1.26 or later, on Linux and macOS) needs one more file
on PATH, which this line writes:
${INSTALL_COMPLETION}
`;

/**
 * Reads `checksums.txt` as `sha256sum` writes it.
 *
 * @throws Error where a line is something else, or a file has two checksums
 */
export function readChecksums(text: string): Checksums {
  const checksums = new Map<string, string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line === "") continue;
    const [, sum, file] = /^([0-9a-f]{64}) [ *](\S+)$/.exec(line) ?? [];
    if (sum === undefined || file === undefined) {
      throw new Error(
        `Line ${at + 1} of checksums.txt is no checksum, two spaces and a file name: make dist writes it anew.`,
      );
    }
    if ((checksums.get(file) ?? sum) !== sum) {
      throw new Error(`checksums.txt has two checksums of ${file}: make dist writes it anew.`);
    }
    checksums.set(file, sum);
  }
  return checksums;
}

function finalVersion(version: string): string {
  if (/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.test(version)) return version;
  throw new Error(
    `Version ${JSON.stringify(version)} of package.json is not a final one. The index of krew takes final versions only, such as 1.2.3.`,
  );
}

function repositoryOf(homepage: string): string {
  if (!/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/.test(homepage)) {
    throw new Error(
      `The homepage ${JSON.stringify(homepage)} of package.json is not a repository on GitHub, https://github.com/OWNER/NAME: the archives are downloaded from its releases.`,
    );
  }
  return homepage;
}

function checksumOf(checksums: Checksums, version: string, target: Target): string {
  const archive = archiveName(target, version);
  const sum = checksums.get(archive);
  if (sum !== undefined) return sum;
  const others = [...checksums.keys()].flatMap((file) => /_(v\d[^_]*)_/.exec(file)?.[1] ?? []);
  const other = others.find((found) => found !== `v${version}`);
  throw new Error(
    other === undefined
      ? `checksums.txt has no checksum of ${archive}: make dist builds every platform.`
      : `checksums.txt is of ${other}, but package.json says v${version}: run make dist again.`,
  );
}

/** A platform of the manifest; its archive as `download` tells it. */
function platformEntry(target: Target, download: Readonly<Record<string, string>>): object {
  const [os, arch] = target.name.split("_");
  const binary = executableName(target);
  return {
    selector: { matchLabels: { os, arch } },
    ...download,
    files: [binary, "LICENSE", "NOTICE"].map((from) => ({ from, to: "." })),
    bin: binary,
  };
}

/** Archives hold the commit that they were built from, so a manifest in the tree is never that of the commit that it stands in. */
const ORIGIN = "# Made of one build. Each release has a manifest of its own: refgrant.yaml, beside its archives.\n";

/** The manifest of a version, with the checksums that `sha256` tells; without where it tells none. */
function manifestText(version: string, homepage: string, sha256: (target: Target) => string | null): string {
  const entry = (target: Target): object => {
    const uri = `${homepage}/releases/download/v${version}/${archiveName(target, version)}`;
    const sum = sha256(target);
    return platformEntry(target, sum === null ? { uri } : { uri, sha256: sum });
  };
  const manifest = {
    apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
    kind: "Plugin",
    metadata: { name: NAME },
    spec: {
      version: `v${version}`,
      homepage,
      shortDescription: SHORT_DESCRIPTION,
      description: DESCRIPTION,
      caveats: caveats(homepage),
      platforms: TARGETS.map(entry),
    },
  };
  return `${ORIGIN}${stringify(manifest, { lineWidth: 0, indentSeq: false })}`;
}

/**
 * The manifest by which krew installs a release.
 *
 * @param project what package.json says
 * @param checksums those of the archives of this very version
 * @returns YAML; the same for the same arguments
 * @throws Error where the version is not final, the homepage is no repository, or the checksums are not of this release
 */
export function krewManifest(project: Project, checksums: Checksums): string {
  const version = finalVersion(project.version);
  return manifestText(version, repositoryOf(project.homepage), (target) => checksumOf(checksums, version, target));
}

/**
 * The template from which krew-release-bot makes the manifest of a later release. It downloads the archives and counts their
 * checksums itself, so the template changes only when the manifest does.
 *
 * @param homepage the repository on GitHub
 * @returns YAML once Go's templates are filled in
 * @throws Error where the homepage is no repository
 */
export function krewTemplate(homepage: string): string {
  return manifestText("0.0.0", repositoryOf(homepage), () => null)
    .replaceAll("v0.0.0", "{{ .TagName }}")
    .replace(/^( *)uri: (.*)$/gm, '$1{{addURIAndSha "$2" .TagName }}');
}
