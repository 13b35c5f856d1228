import { describe, expect, it } from 'vitest';
import { toGoal } from '../src/goals/goal.ts';
import { compareWithRecorded, thresholdOf } from '../src/goals/thresholds.ts';

const group = 'repeated tokens';

describe('the ratio of a goal', () => {
  it.each([
    ['at least', { value: 1.5, atLeast: 2 }, 0.75],
    ['at most', { value: 4, atMost: 2 }, 0.5],
    ['none at all', { value: 0, atMost: 0 }, 1],
    ['none, but one is there', { value: 1, atMost: 0 }, 0],
  ])('is the measurement by the goal: %s', (what, bound, ratio) => {
    expect(toGoal({ group, what, ...bound }).ratio).toBe(ratio);
  });
});

describe('the threshold of a goal', () => {
  it.each([
    ['is the goal if it was reached with the tolerance to spare', 1.5, 1],
    ['allows the tolerance below a goal that was just reached', 1.05, 0.945],
    ['allows the tolerance below a missed goal', 0.5, 0.45],
  ])('%s', (what, value, threshold) => {
    expect(thresholdOf(toGoal({ group, what, value, atLeast: 1 }))).toBeCloseTo(threshold);
  });
});

describe('the comparison with the recorded run', () => {
  const recorded = [
    toGoal({ group, what: 'reached', value: 1.5, atLeast: 1 }),
    toGoal({ group, what: 'missed', value: 0.5, atLeast: 1 }),
    toGoal({ group, what: 'a maximum', value: 1.2, atMost: 1 }),
  ];

  it('accepts the recorded run', () => {
    expect(compareWithRecorded(recorded, recorded)).toEqual({ compared: 3, withoutThreshold: 0, regressions: [] });
  });

  it.each([
    ['reached', { value: 0.99, atLeast: 1 }],
    ['missed', { value: 0.44, atLeast: 1 }],
    ['a maximum', { value: 1.35, atMost: 1 }],
    ['missed', { value: Number.NaN, atLeast: 1 }],
  ])('names the row "%s" when it is worse than its threshold', (what, bound) => {
    const { regressions } = compareWithRecorded(recorded, [toGoal({ group, what, ...bound })]);
    expect(regressions.map(({ name }) => name)).toEqual([`${group}: ${what}`]);
  });

  it('counts rows that the recorded run does not have', () => {
    const other = toGoal({ group, what: 'another size', value: 0, atLeast: 1 });
    expect(compareWithRecorded(recorded, [other])).toEqual({ compared: 0, withoutThreshold: 1, regressions: [] });
  });
});
