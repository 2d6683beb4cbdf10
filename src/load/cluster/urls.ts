function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads a URL of one of `schemes` with a host. One with an `@` behind its host is refused: most likely a `/`, `?` or `#` of a
 * password was not escaped, so that the parser takes the password's beginning for the host, and would connect to it and show
 * it.
 *
 * @returns null for anything else; what was written is not to be shown then, since it may hold a password
 */
export function readUrl(text: string, schemes: readonly string[]): URL | null {
  const url = URL.parse(text);
  if (url === null || !schemes.includes(url.protocol) || url.hostname === "") return null;
  if ((url.pathname + url.search + url.hash).includes("@")) return null;
  return decodes(url.username + url.password) ? url : null;
}

/** A URL without the password that it may hold. */
export function withoutCredentials(url: URL): string {
  return `${url.protocol}//${url.host}`;
}
