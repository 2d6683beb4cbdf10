import type { KindInfo } from "../../catalogue/kinds.ts";

/** How far reading has come, as of the page that arrived last. */
export interface Reading {
  /** The resource's plural name. */
  readonly what: string;
  /** Objects of it so far. */
  readonly objects: number;
  /** How many there will be, by what the server says; as many as there are where it does not. */
  readonly expected: number;
  /** How long the rest of all lists may take at the pace so far, in seconds; null where that cannot be told yet. */
  readonly secondsLeft: number | null;
}

/** Told of each page that arrived. */
export type ClusterProgress = (reading: Reading) => void;

/** Takes what is on a page: how many objects, and how many the server says are still to come. */
export type PageCounter = (info: KindInfo, objects: number, remaining: number) => void;

/** What was seen in less time than this says little of the pace. */
const SECONDS_TO_JUDGE = 1;

/**
 * Counts what arrives, and tells of it.
 *
 * @param clock milliseconds from any moment on
 */
export function counting(progress: ClusterProgress, clock: () => number = () => performance.now()): PageCounter {
  const started = clock();
  const seen = new Map<string, { readonly objects: number; readonly remaining: number }>();
  return (info, objects, remaining) => {
    const here = { objects: (seen.get(info.plural)?.objects ?? 0) + objects, remaining };
    seen.set(info.plural, here);
    const total = seen.values().reduce((sum, kind) => sum + kind.objects, 0);
    const left = seen.values().reduce((sum, kind) => sum + kind.remaining, 0);
    const seconds = (clock() - started) / 1000;
    const canTell = seconds >= SECONDS_TO_JUDGE && total > 0 && left > 0;
    progress({
      what: info.plural,
      objects: here.objects,
      expected: here.objects + remaining,
      secondsLeft: canTell ? (left * seconds) / total : null,
    });
  };
}

/** Says it in a line. */
export function readingText({ what, objects, expected, secondsLeft }: Reading): string {
  const count = expected > objects ? `${objects} of ${expected}` : `${objects}`;
  const left = secondsLeft === null ? "" : `, about ${Math.max(1, Math.round(secondsLeft))} s left`;
  return `reading ${what}: ${count}${left}`;
}
