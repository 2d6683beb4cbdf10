/** What nobody would call an object, and somebody will. */

/** Names that mean something to JavaScript. */
export const NAMES_OF_JAVASCRIPT: readonly string[] = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "toJSON",
  "valueOf",
  "hasOwnProperty",
  "then",
  "length",
];

/** Sequences that a terminal obeys, and characters that turn, hide or split text. */
export const FOR_TERMINALS: readonly string[] = [
  "\u001b[2J\u001b[31mred",
  "\u001b]0;title\u0007",
  "\u001b]8;;https://example.com/\u001b\\link\u001b]8;;\u001b\\",
  "\u001b]52;c;Y2FsYw==\u0007",
  "\u001bP$q\u001b\\",
  "\u009b31m\u009d0;t\u009c",
  "over\rwritten",
  "a\bb\u007f",
  "two\nlines",
  "a\u0085b\u2028c\u2029d",
  "nul\u0000byte",
  "\u202egnp.exe\u202c",
  "\u2066isolated\u2069\u061c",
  "zero\u200bwidth\u200d\u2060\ufeff",
  "soft\u00adhyphen\u180e\u034f",
  "tags\u{e0041}\u{e0042}\u{e007f}\u{e0001}",
  "\u{1d173}music\u206a\u206f",
  "\u3164\u115f\uffa0filler\ufe0f",
  "half \ud83d of one, and \udc00",
  "e\u0301\u0316\u0317".repeat(3),
  "\u0600\u06dd",
];

/** What a shell, a spreadsheet, a page or a template would make something of. */
export const FOR_OTHER_READERS: readonly string[] = [
  "$(touch owned)",
  "`touch owned`",
  "; touch owned",
  "x'; touch owned; '",
  'x"; touch owned; "',
  "| touch owned",
  "&& touch owned",
  "> owned",
  "\\",
  "-n",
  "--kubeconfig=x",
  "!!",
  "~root",
  "*",
  "%n%s%d",
  "=cmd|' /C calc'!A0",
  "@SUM(1)",
  "<script>alert(1)</script>",
  "[link](javascript:alert(1))",
  "| a | b |",
  "{{ .Values.name }}",
  "../../etc/passwd",
  "a/b",
  "a b",
  ": # - ? & * ! | >",
  "--- a",
  "null",
  "on",
  "0x1F",
  "1e3",
  "\u{1f600}",
  "\u4e2d\u6587",
];

export const WORDS: readonly string[] = [...NAMES_OF_JAVASCRIPT, ...FOR_TERMINALS, ...FOR_OTHER_READERS];
