import type { GroupKind } from "../../model/object.ts";
import type { Enforcement } from "../../model/reference.ts";
import type { ImplementationId } from "../implementations.ts";
import type { KindInfo } from "../kinds.ts";
import type { ForeignGrantRow, GrantRow, Reading } from "../row.ts";

interface SharedFields {
  readonly implementation: ImplementationId;
  readonly from: GroupKind;
  /** The paths of the fields that have the rest in common. */
  readonly fields: readonly string[];
  readonly defaults: GroupKind | null;
  readonly alsoNames?: readonly GroupKind[];
  readonly reading?: Reading;
  readonly since?: string;
  readonly quirk?: string;
  readonly citation: string;
}

/** Fields of one kind that a ReferenceGrant decides alike. */
export interface GrantFields extends SharedFields {
  readonly enforcement: Enforcement;
  readonly trustedAs?: readonly [GroupKind, ...GroupKind[]];
  readonly asksAtHome?: true;
  readonly trustUnknown?: true;
  readonly namesUnread?: true;
  readonly generatedBy?: string;
}

/** Fields of one kind that another kind of grant decides. */
export interface ForeignGrantFields extends SharedFields {
  readonly grantKind: GroupKind;
}

/** What holds of every kind of others, unless its table says more. */
const UNSAID = { reading: "reference", channel: null, since: null, until: null, quirk: null } as const;

/** The kind and the path without its root and brackets: `SecurityPolicy.extAuth.grpc.backendRefs`. */
function rowId(from: GroupKind, path: string): string {
  return `${from.kind}.${path.replace(/^(spec|metadata)\./, "").replaceAll(/\[\]|[{}]/g, "")}`;
}

/** One row for each of the fields. */
export function grantRows({ fields, ...shared }: GrantFields): readonly GrantRow[] {
  return fields.map((path) => ({
    ...UNSAID,
    ...shared,
    id: rowId(shared.from, path),
    path,
    handshake: "grant",
    condition: "always",
    missingReason: null,
  }));
}

/** One row for each of the fields, known and not walked. */
export function foreignGrantRows({ fields, ...shared }: ForeignGrantFields): readonly ForeignGrantRow[] {
  return fields.map((path) => ({
    ...UNSAID,
    ...shared,
    id: rowId(shared.from, path),
    path,
    handshake: "foreign-grant",
  }));
}

/** A namespaced kind of which whole objects are read, in whatever version there is. */
export function kindToRead(groupKind: GroupKind, plural: string, shortNames: readonly string[] = []): KindInfo {
  return { ...groupKind, plural, shortNames, scope: "Namespaced", versions: null, retired: [], read: "object" };
}
