import type { GrowthResults } from '../growth/growth-bench.ts';
import { type Goal, judge } from './goal.ts';
import { reasons } from './reasons.ts';

const group = 'growth';

/** What must not grow. */
export function growthGoals({ results, bytesPerToken }: GrowthResults): Goal[] {
  const largest = results.filter(({ dimension, kind, size }) => {
    const sizes = results.filter((other) => other.dimension === dimension && other.kind === kind);
    return size === Math.max(...sizes.map((other) => other.size));
  });
  return [
    ...largest.map(({ dimension, size, kind, ofSmallest }) =>
      judge({
        group,
        what: `a request with ${size} ${dimension}, ${kind} tokens, by one with 1`,
        value: ofSmallest.median,
        atMost: 1.25,
        why: reasons.growth,
      }),
    ),
    judge({ group, what: 'memory of a cached token', value: bytesPerToken, atMost: 2048, show: showBytes }),
  ];
}

function showBytes(value: number): string {
  return `${Math.round(value)} bytes`;
}
