import { RefgrantError } from "../../model/failure.ts";
import type { UserEntry } from "./kubeconfig-file.ts";
import type { ConnectionOptions } from "./options.ts";

/** Escapes a key of `as-user-extra` for a header name, as client-go does: what is no header character, and `%`. */
function escapeKey(key: string): string {
  let escaped = "";
  for (const byte of Buffer.from(key, "utf8")) {
    const character = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return escaped;
}

/** Text as Node wants it in a header that shall carry UTF-8: one character for each byte. */
function bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/**
 * Reads `--as-user-extra KEY=VALUE`.
 *
 * @throws RefgrantError `usage` for text without a key and `=`
 */
function parseExtra(pairs: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const extra = new Map<string, string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new RefgrantError("usage", `--as-user-extra ${pair} is not of the form KEY=VALUE`);
    const values = extra.get(pair.slice(0, at)) ?? [];
    extra.set(pair.slice(0, at), [...values, pair.slice(at + 1)]);
  }
  return extra;
}

/** A user entry with the impersonation flags laid over it; a list or set of pairs given by flags replaces the entry's. */
export function impersonated(user: UserEntry, options: ConnectionOptions): UserEntry {
  return {
    ...user,
    as: options.as || user.as,
    asUid: options.asUid || user.asUid,
    asGroups: options.asGroup.length > 0 ? options.asGroup : user.asGroups,
    asUserExtra: options.asUserExtra.length > 0 ? parseExtra(options.asUserExtra) : user.asUserExtra,
  };
}

/**
 * The `Impersonate-*` headers of a user.
 *
 * @throws RefgrantError `kubeconfig` for groups, a uid or extra fields without a user, as kubectl refuses them
 */
export function impersonationHeaders(user: UserEntry): ReadonlyMap<string, string | readonly string[]> {
  const headers = new Map<string, string | readonly string[]>();
  if (user.as === "") {
    if (user.asUid === "" && user.asGroups.length === 0 && user.asUserExtra.size === 0) return headers;
    throw new RefgrantError(
      "kubeconfig",
      "requesting uid, groups or user-extra without impersonating a user",
      "Name the user too, with --as.",
    );
  }
  headers.set("Impersonate-User", bytes(user.as));
  if (user.asUid !== "") headers.set("Impersonate-Uid", bytes(user.asUid));
  if (user.asGroups.length > 0) headers.set("Impersonate-Group", user.asGroups.map(bytes));
  for (const [key, values] of user.asUserExtra) headers.set(`Impersonate-Extra-${escapeKey(key)}`, values.map(bytes));
  return headers;
}
