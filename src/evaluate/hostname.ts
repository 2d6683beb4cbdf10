/**
 * Do a listener's and a route's hostname have a name in common (docs/rules.md §3.4)? `*.example.com` stands for one or
 * more leading labels; the empty string means every name.
 */
export function hostnamesIntersect(a: string, b: string): boolean {
  if (a === "" || b === "") return true;
  const suffixA = a.startsWith("*.") ? a.slice(1) : null;
  const suffixB = b.startsWith("*.") ? b.slice(1) : null;
  if (suffixA !== null && suffixB !== null) return suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA);
  if (suffixA !== null) return b.length > suffixA.length && b.endsWith(suffixA);
  if (suffixB !== null) return a.length > suffixB.length && a.endsWith(suffixB);
  return a === b;
}
