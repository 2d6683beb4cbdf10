import type { ConnectionOptions } from "../src/load/cluster/options.ts";
import { shellWord } from "../src/render/shell-word.ts";
import type { Display } from "../src/render/text.ts";
import type { SourcePlan } from "./plan.ts";
import type { Terminal } from "./ports.ts";

/** What output may look like: what the user said of it, and what the terminal can show. */
export interface Wanted {
  readonly color: "auto" | "always" | "never";
  readonly headers: boolean;
}

/** Joins what is wanted with what the terminal can show. */
export function displayOf({ color, headers }: Wanted, terminal: Terminal): Display {
  return {
    width: terminal.width,
    color: color === "always" || (color === "auto" && terminal.color),
    unicode: terminal.unicode,
    headers,
  };
}

/** Flags of a connection that lead to the same cluster as the same user, in kubectl's words. Secrets are not repeated. */
function connectionWords(connection: ConnectionOptions): readonly string[] {
  const given: readonly (readonly [string, string | null])[] = [
    ["kubeconfig", connection.kubeconfig],
    ["context", connection.context],
    ["cluster", connection.cluster],
    ["user", connection.user],
    ["server", connection.server],
    ["tls-server-name", connection.tlsServerName],
    ["certificate-authority", connection.certificateAuthority],
    ["client-certificate", connection.clientCertificate],
    ["client-key", connection.clientKey],
    ["as", connection.as],
    ["as-uid", connection.asUid],
    ...connection.asGroup.map((group) => ["as-group", group] as const),
    ...connection.asUserExtra.map((extra) => ["as-user-extra", extra] as const),
  ];
  const words = given.flatMap(([name, value]) => (value === null ? [] : [`--${name}=${shellWord(value)}`]));
  return connection.insecureSkipTlsVerify === true ? [...words, "--insecure-skip-tls-verify"] : words;
}

function fileWords(source: SourcePlan & { readonly from: "files" }): readonly string[] {
  const flags = [...source.filenames.map((name) => `-f ${shellWord(name)}`), ...(source.recursive ? ["-R"] : [])];
  return source.closedWorld ? [...flags, "--closed-world"] : flags;
}

/**
 * What a further command, of this tool or of kubectl, needs at its end to be about the same world: flags behind a blank, or
 * nothing. Null where it cannot be put again: standard input is read once.
 */
export function worldText(source: SourcePlan): string | null {
  if (source.from === "files" && source.filenames.includes("-")) return null;
  const words = source.from === "files" ? fileWords(source) : connectionWords(source.connection);
  return words.map((word) => ` ${word}`).join("");
}
