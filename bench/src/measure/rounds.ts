import type { Repetition } from '../plan.ts';

/**
 * Measures contestants in turn, round after round, each round with another first one, so that changes of the machine's
 * load affect all of them equally.
 *
 * @returns The measurements of each contestant, in the order of the rounds.
 */
export async function interleave<TContestant, TSample>(
  contestants: readonly TContestant[],
  { rounds, ms, warmUpMs }: Repetition,
  measure: (contestant: TContestant, ms: number) => Promise<TSample>,
): Promise<Map<TContestant, TSample[]>> {
  const samples = new Map<TContestant, TSample[]>(contestants.map((contestant) => [contestant, []]));
  for (const contestant of contestants) await measure(contestant, warmUpMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of rotated(contestants, round)) {
      samples.get(contestant)?.push(await measure(contestant, ms));
    }
  }
  return samples;
}

function rotated<TItem>(items: readonly TItem[], by: number): TItem[] {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
