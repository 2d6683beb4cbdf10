const { LAW_RUNS, LAW_SEED } = process.env;

/**
 * LAW_SEED makes the worlds of a property the same ones in every run, as a gate needs: a change is then refused for what
 * it does, not for the luck of the draw. Without it every run draws new ones.
 */
export const SEED: { readonly seed?: number } = LAW_SEED === undefined ? {} : { seed: Number(LAW_SEED) };

/** How often a law is tried where nothing was asked for; LAW_RUNS asks for another number. */
export function lawRuns(usual: number): { readonly numRuns: number; readonly seed?: number } {
  return { numRuns: LAW_RUNS === undefined ? usual : Number(LAW_RUNS), ...SEED };
}
