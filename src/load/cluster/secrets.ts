/** Shorter ones are words that stand elsewhere too. */
const SHORTEST = 6;
const HIDDEN = "(hidden)";

/** What looks like a credential wherever it stands, and what is left of it. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, HIDDEN],
  [/\b(bearer|basic)\s+[\w.~+/-]{8,}=*/gi, `$1 ${HIDDEN}`],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, "$1"],
  [/("[\w-]*(?:token|password|secret|clientkeydata)[\w-]*"\s*:\s*")(?:[^"\\]|\\.)*/gi, `$1${HIDDEN}`],
  [/\b([\w-]*(?:token|password|secret)[\w-]*=)[^\s&,;]+/gi, `$1${HIDDEN}`],
];

/** Characters of foreign text that are looked through: the patterns take time square to it, and nobody reads more. */
const LOOKED_THROUGH = 4096;

/** The beginning of a long text, without the word that the end would cut in two. */
function beginning(text: string): string {
  return text.length <= LOOKED_THROUGH ? text : text.slice(0, LOOKED_THROUGH).replace(/\S*$/, "");
}

/** Whether what has this name is a credential. */
export function namesSecret(name: string): boolean {
  return /token|passw|secret|credential|key|auth/i.test(name);
}

/**
 * Foreign text, or the beginning of a long one, without credentials: neither those that are known, nor what looks like one.
 *
 * @param secrets the known ones, as they may be repeated by whoever was given them
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const longest = secrets.filter((secret) => secret.length >= SHORTEST).toSorted((a, b) => b.length - a.length);
  const known = longest.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
  return SHAPES.reduce((rest, [shape, instead]) => rest.replace(shape, instead), beginning(known));
}
