import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { GATEWAY_API, GATEWAY_API_X } from "../../src/catalogue/kinds.ts";
import type { CatalogueRow } from "../../src/catalogue/row.ts";
import { groupKindOf, NEEDED, readFixture } from "../catalogue/fixtures/load.ts";
import { isRecord, itemsAt, textAt, valueAt } from "../e2e/harness/json.ts";
import { type Channel, crdFiles, type GatewayApiVersion, gatewayApiVersions } from "../e2e/harness/modules.ts";
import type { Manifest } from "../harness/world.ts";

/**
 * The catalogue's fixtures against the schemas that upstream publishes: every object of the Gateway API in them is one
 * that the newest release with the row's field has, field by field. What schemas say in CEL is left to the API server.
 */

type Schema = Readonly<Record<string, unknown>>;

function closedFields(fields: unknown): unknown {
  if (!isRecord(fields)) return fields;
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, closed(field)]));
}

/** The schema as the API server prunes by it: fields that it does not name are not let pass. */
function closed(schema: unknown): unknown {
  if (!isRecord(schema)) return schema;
  const { properties, items, additionalProperties } = schema;
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || !isRecord(properties);
  return {
    ...schema,
    ...(properties === undefined ? {} : { properties: closedFields(properties) }),
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(additionalProperties === undefined
      ? open
        ? {}
        : { additionalProperties: false }
      : { additionalProperties: closed(additionalProperties) }),
  };
}

/** The schemas of a bundle by `apiVersion/kind`. */
function readSchemas(version: GatewayApiVersion, channel: Channel): ReadonlyMap<string, Schema> {
  const crds = crdFiles(version, channel).map((file) => load(readFileSync(file, "utf8")));
  return new Map(
    crds.flatMap((crd) =>
      itemsAt(crd, "spec", "versions")
        .filter((entry) => valueAt(entry, "served") === true)
        .flatMap((entry) => {
          const schema = closed(valueAt(entry, "schema", "openAPIV3Schema"));
          const apiVersion = `${textAt(crd, "spec", "group") ?? ""}/${textAt(entry, "name") ?? ""}`;
          return isRecord(schema) ? [[`${apiVersion}/${textAt(crd, "spec", "names", "kind") ?? ""}`, schema]] : [];
        }),
    ),
  );
}

const bundles = new Map<string, ReadonlyMap<string, Schema>>();

function schemasOf(version: GatewayApiVersion, channel: Channel): ReadonlyMap<string, Schema> {
  const key = `${version} ${channel}`;
  const known = bundles.get(key) ?? readSchemas(version, channel);
  bundles.set(key, known);
  return known;
}

const minorOf = (version: string): string => version.replace(/\.\d+$/, "");

/** The newest release that has the row's field; of other makers' rows, the newest of all. */
function releaseOf({ until, implementation }: CatalogueRow): GatewayApiVersion {
  const last = implementation === "gateway-api" ? until : null;
  const found = gatewayApiVersions.findLast((version) => last === null || minorOf(version) === minorOf(last));
  if (found === undefined) throw new Error(`no bundle of ${last} is pinned`);
  return found;
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

/** What the schemas have against an object. */
function complaints(manifest: Manifest, schemas: ReadonlyMap<string, Schema>): readonly string[] {
  const key = `${String(manifest.apiVersion)}/${manifest.kind}`;
  const schema = schemas.get(key);
  if (schema === undefined) return [`${key} is not served`];
  const validate = ajv.compile(schema);
  validate(manifest);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${manifest.kind} ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

const isGatewayApi = (manifest: Manifest): boolean =>
  [GATEWAY_API, GATEWAY_API_X].includes(groupKindOf(manifest).group);

const CASES = NEEDED.flatMap(({ row, known }) => {
  const { file, refused, permitted } = readFixture(row, known);
  const manifests = [...refused, ...permitted.filter((manifest) => !refused.includes(manifest))].filter(isGatewayApi);
  const release = releaseOf(row);
  return manifests.length === 0 ? [] : [{ file, manifests, release, channel: row.channel ?? "standard" }];
});

describe("fixtures of the catalogue", () => {
  it.each(CASES)("$file is of $release, $channel", ({ manifests, release, channel }) => {
    const schemas = schemasOf(release, channel);
    expect(manifests.flatMap((manifest) => complaints(manifest, schemas))).toEqual([]);
  });

  it("would not pass with a field that there is not, or without one that must be", () => {
    const schemas = schemasOf("v1.7.0", "standard");
    const meta = { apiVersion: `${GATEWAY_API}/v1`, kind: "ReferenceGrant", metadata: { name: "x" } };
    const entry = { group: GATEWAY_API, kind: "HTTPRoute", namespace: "app" };
    const grant: Manifest = { ...meta, spec: { from: [entry], to: [{ group: "", kind: "Service" }] } };
    expect(complaints(grant, schemas)).toEqual([]);
    expect(complaints({ ...grant, spec: { from: [{ ...entry, name: "x" }], to: [] } }, schemas)).toHaveLength(2);
  });
});
