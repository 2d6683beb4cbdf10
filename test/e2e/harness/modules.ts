import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { goCommand, goEnv } from "./go.ts";
import { parseJson, textAt } from "./json.ts";
import { cacheFolder } from "./paths.ts";

/** The versions of the upstream conformance manifests that can be read. */
export type ConformanceVersion = "v1.6.1" | "v1.7.0";

/** The release channel of a CRD bundle. */
export type Channel = "standard" | "experimental";

const gatewayApi = "sigs.k8s.io/gateway-api";
const conformance = "sigs.k8s.io/gateway-api/conformance";

const gatewayApiSums = {
  "v0.4.3": "h1:9kdHAcfkyP7jVMSFshc8EYEKNLlFM7hbZL8vCKcMwps=",
  "v0.5.1": "h1:EqzgOKhChzyve9rmeXXbceBYB6xiM50vDfq0kK5qpdw=",
  "v0.6.2": "h1:583XHiX2M2bKEA0SAdkoxL1nY73W1+/M+IAm8LJvbEA=",
  "v0.7.1": "h1:Tts2jeepVkPA5rVG/iO+S43s9n7Vp7jCDhZDQYtPigQ=",
  "v0.8.1": "h1:Bo4NMAQFYkQZnHXOfufbYwbPW7b3Ic5NjpbeW6EJxuU=",
  "v1.0.0": "h1:iPTStSv41+d9p0xFydll6d7f7MOBGuqXM6p2/zVYMAs=",
  "v1.1.1": "h1:N6iO0Rjao3Eu2aj9bslYhIZg/pGBOB2CZPt6qVneq6s=",
  "v1.2.0": "h1:LrToiFwtqKTKZcZtoQPTuo3FxhrrhTgzQG0Te+YGSo8=",
  "v1.3.0": "h1:q6okN+/UKDATola4JY7zXzx40WO4VISk7i9DIfOvr9M=",
  "v1.4.0": "h1:ZwlNM6zOHq0h3WUX2gfByPs2yAEsy/EenYJB78jpQfQ=",
  "v1.5.1": "h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=",
  "v1.6.1": "h1:mock6phZbI6rvZerwrVNk7hVNymQgHo+6sJ81Ia7ftY=",
  "v1.7.0": "h1:duVnm7nO6oXfMMUWfcDoBph47CYR/ME3NGxccOVglaY=",
} as const;

/** The bundles of Gateway API CRDs that are pinned: one of every minor release since the group got its present name. */
export type GatewayApiVersion = keyof typeof gatewayApiSums;

const conformanceSums: Readonly<Record<ConformanceVersion, string>> = {
  "v1.6.1": "h1:hjJJBYhGlLLDAkpbiL8wYP2JmTbc5D6t/DromATFXbI=",
  "v1.7.0": "h1:8Llf3aLHmeuiKA1AolOpeTIp0tmEuo6BSPOmw/w8tnk=",
};

/** Every Gateway API bundle that is pinned, oldest first. */
export const gatewayApiVersions: readonly GatewayApiVersion[] = [
  "v0.4.3",
  "v0.5.1",
  "v0.6.2",
  "v0.7.1",
  "v0.8.1",
  "v1.0.0",
  "v1.1.1",
  "v1.2.0",
  "v1.3.0",
  "v1.4.0",
  "v1.5.1",
  "v1.6.1",
  "v1.7.0",
];

/** Every version of the conformance manifests that is pinned, oldest first. */
export const conformanceVersions: readonly ConformanceVersion[] = ["v1.6.1", "v1.7.0"];

/** Asks `go` for the module's zip. It prints the path also when it refuses to unpack a module that wants a newer Go. */
function downloadZip(module: string, version: string): string {
  const empty = mkdtempSync(join(tmpdir(), "refgrant-module-"));
  try {
    const result = spawnSync(goCommand(), ["mod", "download", "-json", `${module}@${version}`], {
      cwd: empty,
      env: goEnv(""),
      encoding: "utf8",
      maxBuffer: 1 << 24,
    });
    if (result.error !== undefined) throw result.error;
    const answer = result.stdout.trim() === "" ? undefined : parseJson(result.stdout);
    const zip = textAt(answer, "Zip");
    if (zip === undefined) {
      const reason = textAt(answer, "Error") ?? result.stderr.trim();
      throw new Error(`go mod download ${module}@${version} gave no zip: ${reason}`);
    }
    return zip;
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}

/** Go's `h1:` hash of a module: SHA-256 over the sorted lines "SHA-256 of a file, two spaces, its name". */
function moduleSum(files: Readonly<Record<string, Uint8Array>>): string {
  const summary = createHash("sha256");
  const names = Object.keys(files).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) {
    const content = files[name] ?? new Uint8Array();
    summary.update(`${createHash("sha256").update(content).digest("hex")}  ${name}\n`);
  }
  return `h1:${summary.digest("base64")}`;
}

/**
 * The local folder of a module, unpacked from the zip that `go` downloads after its content has been checked against the
 * pinned sum. Always from the zip, so that the Go that runs this need not be one that the module accepts.
 */
function moduleFolder(module: string, version: string, sum: string): string {
  const folder = join(cacheFolder(), "modules", `${module}@${version}`);
  if (existsSync(folder)) return folder;

  const zip = downloadZip(module, version);
  const files = unzipSync(readFileSync(zip));
  const found = moduleSum(files);
  if (found !== sum) throw new Error(`${module}@${version} has the sum ${found}, but ${sum} is pinned (${zip}).`);

  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}.unpacking-`);
  try {
    const prefix = `${module}@${version}/`;
    const made = new Set<string>();
    for (const [name, content] of Object.entries(files)) {
      if (!name.startsWith(prefix) || name.split("/").includes("..")) throw new Error(`${zip} holds ${name}`);
      const target = join(scratch, name.slice(prefix.length));
      const parent = dirname(target);
      if (!made.has(parent)) {
        mkdirSync(parent, { recursive: true });
        made.add(parent);
      }
      writeFileSync(target, content);
    }
    try {
      renameSync(scratch, folder);
    } catch (error) {
      // Someone else was faster.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}

/** The local folder of the module `sigs.k8s.io/gateway-api`, which holds the CRDs (`config/crd`) and the examples. */
export function gatewayApiModule(version: GatewayApiVersion): string {
  return moduleFolder(gatewayApi, version, gatewayApiSums[version]);
}

/** The local folder of the module `sigs.k8s.io/gateway-api/conformance`: `base/*.yaml`, `tests/*.yaml`, `tests/*.go`. */
export function conformanceModule(version: ConformanceVersion): string {
  return moduleFolder(conformance, version, conformanceSums[version]);
}

/**
 * The CRD files of a bundle, sorted: without the kustomization and without the admission policy `safe-upgrades`, which
 * would refuse to install another bundle afterwards. v0.4 knew no channels: the files of its one folder, for either. It
 * has a second one, with the CRDs of the group `networking.x-k8s.io`, of which no later release has anything.
 */
export function crdFiles(version: GatewayApiVersion, channel: Channel): readonly string[] {
  const subfolder = version === "v0.4.3" ? "v1alpha2" : channel;
  const folder = join(gatewayApiModule(version), "config", "crd", subfolder);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml" && !name.includes("_vap_"))
    .sort()
    .map((name) => join(folder, name));
}
