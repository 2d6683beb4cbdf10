import { stringify } from "yaml";
import { IMPLEMENTATIONS } from "../catalogue/implementations.ts";
import type { CatalogueRow, GrantRow } from "../catalogue/row.ts";
import type { GroupKind } from "../model/object.ts";
import type { Catalogue } from "./catalogue.ts";
import { SCHEMA_VERSIONS } from "./schema-versions.ts";

const kindJson = ({ group, kind }: GroupKind): object => ({ group, kind });

/** The kinds of which a grant has to trust one, as far as they are known. */
function trustedBy(row: GrantRow): readonly GroupKind[] {
  return row.trustUnknown === true ? [] : (row.trustedAs ?? [row.from]);
}

function rowJson(row: CatalogueRow): object {
  const grant = row.handshake === "grant" ? row : null;
  return {
    id: row.id,
    implementation: row.implementation,
    from: kindJson(row.from),
    path: row.path,
    reading: row.reading,
    condition: grant?.condition ?? null,
    defaults: row.defaults === null ? null : kindJson(row.defaults),
    alsoNames: (row.alsoNames ?? []).map(kindJson),
    handshake: row.handshake,
    enforcement: grant?.enforcement ?? null,
    trustedAs: grant === null ? [] : trustedBy(grant).map(kindJson),
    trustUnknown: grant?.trustUnknown ?? false,
    namesUnread: grant?.namesUnread ?? false,
    asksAtHome: grant?.asksAtHome ?? false,
    generatedBy: grant?.generatedBy ?? null,
    reach: row.handshake === "none" ? row.reach : null,
    grantKind: row.handshake === "foreign-grant" ? kindJson(row.grantKind) : null,
    missingReason: "missingReason" in row ? row.missingReason : null,
    channel: row.channel,
    since: row.since,
    until: row.until,
    quirk: row.quirk,
    citation: row.citation,
  };
}

/** The catalogue as plain data, in the shape of the published schema. */
function catalogueData({ rows, targets, lookAlikes }: Catalogue): object {
  const used = new Set([...rows, ...targets].map(({ implementation }) => implementation));
  return {
    schemaVersion: SCHEMA_VERSIONS.catalogue,
    implementations: Object.entries(IMPLEMENTATIONS)
      .map(([id, { title, repository }]) => ({ id, title, repository }))
      .filter(({ id }) => [...used].some((other) => other === id)),
    rows: rows.map(rowJson),
    targets: targets.map(({ rows: ids, target, implementation, enforcement, underMesh, quirk, citation }) => ({
      rows: ids,
      target: kindJson(target),
      implementation,
      enforcement,
      underMesh: underMesh ?? false,
      quirk,
      citation,
    })),
    lookAlikes: lookAlikes.map(({ group, kind, plural, scope, whose, citation }) => ({
      group,
      kind,
      plural,
      scope,
      whose,
      citation,
    })),
  };
}

/** The catalogue as JSON. */
export function catalogueJson(catalogue: Catalogue): string {
  return `${JSON.stringify(catalogueData(catalogue), null, 2)}\n`;
}

/** The catalogue as YAML, with the same content as the JSON. */
export function catalogueYaml(catalogue: Catalogue): string {
  return stringify(catalogueData(catalogue), { lineWidth: 0, aliasDuplicateObjects: false });
}
