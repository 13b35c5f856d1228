import type { Repetition } from '../plan.ts';

/**
 * Measures contestants in turn, round after round, beginning with another one each time: what changes on the machine
 * in the meantime meets all of them alike.
 *
 * @returns What was measured of each, in the order of the rounds.
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
