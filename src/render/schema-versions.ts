/**
 * The versions of what the commands print as JSON and YAML, as docs/schema describes it. One grows by a minor when fields or words
 * are added, by a major when a reader would break.
 */
export const SCHEMA_VERSIONS = {
  audit: "1.3",
  "why-denied": "1.0",
  explain: "1.0",
  catalogue: "1.1",
  version: "1.0",
} as const;
