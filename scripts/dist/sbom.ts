import { createHash } from "node:crypto";
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { BundledPackage } from "./packages.ts";

/** What a bill of materials is about. */
export interface Release {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly homepage: string;
  /** The version of the Node in the binaries, without `v`. */
  readonly nodeVersion: string;
  /** Archives of the release, with the lower-case hexadecimal SHA-256 of each. */
  readonly archives: readonly { readonly name: string; readonly sha256: string }[];
}

const purlOf = (name: string, version: string): string => `pkg:npm/${name.replace("@", "%40")}@${version}`;

function licenses(expression: string): Models.LicenseRepository {
  return new Models.LicenseRepository([
    /^[A-Za-z0-9.-]+$/.test(expression) ? new Models.SpdxLicense(expression) : new Models.LicenseExpression(expression),
  ]);
}

function hashes(integrity: string | null): Models.HashDictionary {
  const [, base64] = /^sha512-(.+)$/.exec(integrity ?? "") ?? [];
  return new Models.HashDictionary(
    base64 === undefined ? [] : [[Enums.HashAlgorithm["SHA-512"], Buffer.from(base64, "base64").toString("hex")]],
  );
}

/** An id that is the same for the same contents (RFC 9562, section 5.8: the bits are ours). */
function serialNumber(contents: string): string {
  const hex = createHash("sha256").update(contents).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join("-")}`;
}

/** The bill of materials of a release (CycloneDX 1.6, JSON): every package in the bundle, and Node. No time: it is the same for the same contents. */
export function sbom(release: Release, packages: readonly BundledPackage[]): string {
  const product = new Models.Component(Enums.ComponentType.Application, release.name, {
    bomRef: release.name,
    version: release.version,
    description: release.description,
    licenses: licenses(release.license),
    purl: purlOf(release.name, release.version),
    externalReferences: new Models.ExternalReferenceRepository([
      new Models.ExternalReference(release.homepage, Enums.ExternalReferenceType.VCS),
    ]),
  });
  for (const { name, sha256 } of release.archives) {
    product.components.add(
      new Models.Component(Enums.ComponentType.File, name, {
        bomRef: name,
        hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], sha256]]),
      }),
    );
  }
  const bundled = packages.map(
    ({ name, version, license, integrity }) =>
      new Models.Component(Enums.ComponentType.Library, name, {
        bomRef: `${name}@${version}`,
        version,
        licenses: licenses(license),
        purl: purlOf(name, version),
        hashes: hashes(integrity),
        scope: Enums.ComponentScope.Required,
      }),
  );
  const node = new Models.Component(Enums.ComponentType.Platform, "node", {
    bomRef: `node@${release.nodeVersion}`,
    version: release.nodeVersion,
    description: "Node.js, in the binaries only",
    purl: `pkg:generic/node@${release.nodeVersion}`,
    licenses: licenses("MIT"),
  });
  const all = [...bundled, node];
  for (const component of all) product.dependencies.add(component.bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: product }),
    components: new Models.ComponentRepository(all),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  bom.serialNumber = serialNumber(serializer.serialize(bom, { sortLists: true }));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}
