import type { IssuerStats } from '@verifier/core';
import { otherIssuer } from './attributes.ts';
import { issuerPoints } from './issuer-points.ts';
import { statsMetrics } from './metrics.ts';
import type { Point } from './point.ts';

/**
 * Sums the issuers that a resolver accepted. Issuers are evicted, and their counters with them. A counter that decreases
 * would look like a restart of the process, so that the increases since the last reading are added up instead.
 */
export class OtherIssuers {
  /** The sums of the counters. */
  readonly #totals: Map<string, Point> = new Map();
  /** The counters of each issuer at the last reading. */
  #last: ReadonlyMap<string, number> = new Map();

  /** Returns the sums; of ages and lives, the greatest. */
  read(issuers: readonly (readonly [issuer: string, stats: IssuerStats])[]): Point[] {
    const present = new Map<string, number>();
    const values = new Map<string, Point>();
    for (const [issuer, stats] of issuers) {
      for (const point of issuerPoints(otherIssuer, stats)) {
        if (statsMetrics[point.metric].kind === 'counter') this.#count(point, issuer, present);
        else combine(values, point, statsMetrics[point.metric].kind === 'gauge' ? Math.max : sum);
      }
    }
    this.#last = present;
    return [...this.#totals.values(), ...values.values()];
  }

  #count(point: Point, issuer: string, present: Map<string, number>): void {
    const key = `${keyOf(point)} ${issuer}`;
    const before = this.#last.get(key) ?? 0;
    present.set(key, point.value);
    // An issuer that was evicted and came back counts from zero.
    const increase = point.value < before ? point.value : point.value - before;
    combine(this.#totals, { ...point, value: increase }, sum);
  }
}

function combine(points: Map<string, Point>, point: Point, merge: (a: number, b: number) => number): void {
  const key = keyOf(point);
  const before = points.get(key);
  points.set(key, before === undefined ? point : { ...point, value: merge(before.value, point.value) });
}

function keyOf({ metric, attributes }: Point): string {
  return [metric, ...Object.values(attributes)].join(' ');
}

function sum(a: number, b: number): number {
  return a + b;
}
