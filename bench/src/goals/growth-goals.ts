import type { GrowthResults } from '../growth/growth-bench.ts';
import { type Goal, toGoal } from './goal.ts';
import { reasons } from './reasons.ts';

const group = 'growth';

/** Returns the goals of growth. */
export function growthGoals({ results, bytesPerToken }: GrowthResults): Goal[] {
  const largest = results.filter(({ dimension, kind, size }) => {
    const sizes = results.filter((other) => other.dimension === dimension && other.kind === kind);
    return size === Math.max(...sizes.map((other) => other.size));
  });
  return [
    ...largest.map(({ dimension, size, kind, ofSmallest }) =>
      toGoal({
        group,
        what: `a request with ${size} ${dimension}, ${kind} tokens, relative to one with 1`,
        value: ofSmallest.median,
        atMost: 1.25,
        why: reasons.growth,
      }),
    ),
    toGoal({ group, what: 'memory of a cached token', value: bytesPerToken, atMost: 2048, show: showBytes }),
  ];
}

function showBytes(value: number): string {
  return `${Math.round(value)} bytes`;
}
