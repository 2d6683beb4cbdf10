/**
 * The releases of the Gateway API that the catalogue knows, from the first to the last: those of docs/rules.md (its opening, and
 * §1.6 for the first), as the tests of `test/completeness` hold them against the published schemas.
 */
export const KNOWN_RELEASES = { oldest: "v0.4.0", newest: "v1.7.0" } as const;
