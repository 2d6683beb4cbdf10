import { livePairs } from "../catalogue/grants.ts";
import { GATEWAY, SERVICE } from "../catalogue/kinds.ts";
import { ROWS } from "../catalogue/rows.ts";
import { crossesNamespace, type Decision } from "../model/decision.ts";
import { compareText, type GroupKind, groupKindKey, keyOf, type ObjectId, sameGroupKind } from "../model/object.ts";
import type { Report, VerdictCounts } from "../model/report.ts";
import { boxedTable, plainLines, type Row, tableWidth } from "./table.ts";
import { kindText, nameOf } from "./terms.ts";
import { type Display, plural, printable, styled, symbol } from "./text.ts";

/** What objects of one kind in one namespace may reference in another namespace, and do. */
interface Cell {
  /** `Service *`, `Service api`: what grants admit, referenced or not. */
  readonly permissions: Set<string>;
  readonly counts: { permitted: number; refused: number; unknown: number };
}

/** A parent in another namespace that routes of a line attach to, or would. */
interface Parent {
  readonly id: ObjectId;
  readonly verdict: Decision["outcome"]["verdict"];
  readonly listeners: Set<string>;
}

interface Line {
  readonly kind: GroupKind;
  /** null for objects that belong to none. */
  readonly namespace: string | null;
  /** By target namespace. */
  readonly cells: Map<string, Cell>;
  /** By verdict and parent. */
  readonly parents: Map<string, Parent>;
}

/** The cross-tab of who may reference what, ready to be drawn. */
export interface Matrix {
  readonly lines: readonly Line[];
  readonly targets: readonly string[];
}

function cellOf(line: Line, target: string): Cell {
  const known = line.cells.get(target);
  if (known !== undefined) return known;
  const cell: Cell = { permissions: new Set(), counts: { permitted: 0, refused: 0, unknown: 0 } };
  line.cells.set(target, cell);
  return cell;
}

/** Kinds in the order in which the findings have them: that of the catalogue, unknown kinds last. */
function rankOf(kind: GroupKind): number {
  const index = ROWS.findIndex(({ from }) => sameGroupKind(from, kind));
  return index === -1 ? ROWS.length : index;
}

/** Collects permissions from grants and uses from decisions; what stays in its namespace is left out. */
export function matrixOf({ decisions, grants }: Report): Matrix {
  const lines = new Map<string, Line>();
  const lineOf = (kind: GroupKind, namespace: string | null): Line => {
    const key = `${groupKindKey(kind)}/${namespace ?? ""}`;
    const known = lines.get(key);
    if (known !== undefined) return known;
    const line: Line = { kind, namespace, cells: new Map(), parents: new Map() };
    lines.set(key, line);
    return line;
  };
  for (const { grant } of grants) {
    for (const { from, to } of livePairs(grant)) {
      const cell = cellOf(lineOf(from.entry, from.entry.namespace), grant.id.namespace);
      cell.permissions.add(`${kindText(to.entry)} ${to.entry.name ?? "*"}`);
    }
  }
  for (const decision of decisions) {
    if (!crossesNamespace(decision)) continue;
    const { referrer, referent } = decision.reference;
    const line = lineOf(referrer, referrer.namespace);
    const target = referent.namespace ?? "";
    if (decision.handshake !== "attachment") {
      cellOf(line, target).counts[decision.outcome.verdict] += 1;
      continue;
    }
    // A Service parent has no listeners: a mesh route is attached to nothing.
    if (sameGroupKind(referent, SERVICE)) continue;
    const { outcome } = decision;
    const key = `${outcome.verdict}/${keyOf(referent)}`;
    const parent = line.parents.get(key) ?? { id: referent, verdict: outcome.verdict, listeners: new Set<string>() };
    line.parents.set(key, parent);
    if (outcome.verdict === "permitted" && outcome.witness.by === "listener") {
      for (const { listener } of outcome.witness.trials) parent.listeners.add(listener.name);
    }
  }
  const sorted = [...lines.values()].toSorted(
    (a, b) =>
      rankOf(a.kind) - rankOf(b.kind) ||
      compareText(a.kind.kind, b.kind.kind) ||
      compareText(a.namespace ?? "", b.namespace ?? "") ||
      compareText(a.kind.group, b.kind.group),
  );
  const targets = [...new Set(sorted.flatMap(({ cells }) => [...cells.keys()]))].toSorted(compareText);
  return { lines: sorted, targets };
}

/** Names in a cell before the rest is only counted. */
const NAMES_SHOWN = 3;

function permissionsText(permissions: ReadonlySet<string>): string {
  const byKind = Map.groupBy([...permissions].toSorted(compareText), (permission) => permission.split(" ")[0] ?? "");
  return [...byKind]
    .map(([kind, all]) => {
      const names = all.map((permission) => permission.slice(kind.length + 1));
      if (names.includes("*")) return `${kind} *`;
      const more = names.length > NAMES_SHOWN ? ` +${names.length - NAMES_SHOWN} more` : "";
      return `${kind} ${names.slice(0, NAMES_SHOWN).join(", ")}${more}`;
    })
    .join("; ");
}

function countsText({ permitted, refused, unknown }: VerdictCounts, display: Display): string {
  const parts = [
    permitted > 0 ? styled(`${symbol("permitted", display)}${permitted}`, "green", display) : "",
    refused > 0 ? styled(`${symbol("refused", display)}${refused}`, "red", display) : "",
    unknown > 0 ? styled(`${symbol("unknown", display)}${unknown}`, "yellow", display) : "",
  ];
  return parts.filter(Boolean).join(" ");
}

function cellText(cell: Cell | undefined, display: Display): string {
  if (cell === undefined) return symbol("none", display);
  return [printable(permissionsText(cell.permissions)), countsText(cell.counts, display)].filter(Boolean).join("  ");
}

/** `edge/shared: http, https`; a parent that is no Gateway with its kind. */
function parentText({ id, verdict, listeners }: Parent, display: Display): string {
  const name = printable(sameGroupKind(id, GATEWAY) ? `${id.namespace}/${id.name}` : nameOf(id));
  if (verdict !== "permitted") {
    return `${styled(symbol(verdict, display), verdict === "refused" ? "red" : "yellow", display)} ${name}`;
  }
  return listeners.size === 0 ? name : `${name}: ${printable([...listeners].join(", "))}`;
}

function parentsText({ parents }: Line, display: Display): string {
  if (parents.size === 0) return symbol("none", display);
  return [...parents]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([, parent]) => parentText(parent, display))
    .join("; ");
}

const fromText = ({ kind, namespace }: Line): string =>
  printable(namespace === null ? kindText(kind) : `${kindText(kind)} ${namespace}`);

/** Columns of a line where no terminal says how many there are. */
const WIDTH_WITHOUT_TERMINAL = 160;

function crossTab({ lines, targets }: Matrix, display: Display): { readonly head: Row; readonly rows: readonly Row[] } {
  const attaches = lines.some(({ parents }) => parents.size > 0);
  const last = (cell: string): Row => (attaches ? [cell] : []);
  return {
    head: ["FROM", ...targets.map((target) => printable(`TO ${target}`)), ...last("ATTACHES TO")],
    rows: lines.map((line) => [
      fromText(line),
      ...targets.map((target) => cellText(line.cells.get(target), display)),
      ...last(parentsText(line, display)),
    ]),
  };
}

/** One line for every cell that holds something: what a cross-tab that is too wide folds to. */
function folded({ lines }: Matrix, display: Display): Generator<string> {
  const rows = lines.flatMap((line): readonly Row[] => {
    const from = fromText(line);
    const cells = [...line.cells].toSorted(([a], [b]) => compareText(a, b));
    const references = cells.map(
      ([target, cell]): Row => [
        from,
        printable(target),
        printable(permissionsText(cell.permissions)) || symbol("none", display),
        countsText(cell.counts, display) || symbol("none", display),
      ],
    );
    const parents: readonly Row[] =
      line.parents.size === 0 ? [] : [[from, "", `attaches to ${parentsText(line, display)}`, ""]];
    return [...references, ...parents];
  });
  return plainLines(["FROM", "TO", "MAY REFERENCE", "REFERENCES"], rows, display);
}

/**
 * Draws the matrix, line by line: a cross-tab if it fits the width, boxed on a terminal; else one line per pair of namespaces,
 * and a sentence that says so.
 */
export function* matrixLines(matrix: Matrix, display: Display): Generator<string> {
  const width = display.width ?? WIDTH_WITHOUT_TERMINAL;
  const boxed = display.width !== null && display.headers;
  // A cross-tab has a cell for every pair, so it is not even tried where it could never fit.
  if (matrix.targets.length * 4 < width) {
    const { head, rows } = crossTab(matrix, display);
    if (boxed && tableWidth(head, rows, true) <= width) {
      yield boxedTable(head, rows, display);
      return;
    }
    if (tableWidth(head, rows, false) <= width) {
      yield* plainLines(head, rows, display);
      return;
    }
  }
  const note = `(${plural(matrix.targets.length, "target namespace")} side by side would not fit in ${width} columns: one line for each pair)`;
  yield styled(note, "dim", display);
  yield* folded(matrix, display);
}
