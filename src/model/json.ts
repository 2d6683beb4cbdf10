/** Plain data, as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An object of plain data. */
export type JsonObject = { readonly [key: string]: Json };

/** Is it an object, with fields that nobody has looked at? */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A part of a body as plain data; undefined for what is not there, which null is to the API server too. */
export function jsonOf(value: unknown): Json | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item: unknown) => jsonOf(item) ?? null);
  return isRecord(value) ? jsonObjectOf(value) : undefined;
}

/** The fields of an object as plain data; none of what is no object. */
export function jsonObjectOf(value: unknown): JsonObject {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([key, item]) => [key, jsonOf(item) ?? null]));
}
