/** Does the first stand for the second too? `*.example.com` stands for one or more leading labels. */
function covers(wide: string, narrow: string): boolean {
  return wide === narrow || (wide.startsWith("*.") && narrow.length >= wide.length && narrow.endsWith(wide.slice(1)));
}

/**
 * The name that a listener's and a route's hostname have in common, which is the more specific of the two (docs/rules.md
 * §3.4); undefined for none. null and the empty string stand for every name, as a result null does.
 */
export function commonHostname(listener: string | null, written: string): string | null | undefined {
  if (listener === null || listener === "") return written || null;
  if (written === "" || covers(written, listener)) return listener;
  return covers(listener, written) ? written : undefined;
}

/** Do a listener's and a route's hostname have a name in common? */
export function hostnamesIntersect(listener: string | null, written: string): boolean {
  return commonHostname(listener, written) !== undefined;
}
