import type { TimingStats } from '@verifier/core';

/** Label names and values, without the label `verifier`. */
export type Labels = Readonly<Record<string, string | number>>;

/** One value of a metric. */
export interface Sample {
  readonly value: number;
  readonly labels: Labels;
  /** The name of a part of a histogram; the name of the metric if absent. */
  readonly metricName?: string;
}

/** Returns one sample without labels. */
export function single(value: number): Sample[] {
  return [{ value, labels: {} }];
}

/** Returns one sample for each value of a label. */
export function byLabel(label: string, values: Readonly<Record<string, number>>, labels: Labels = {}): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ value, labels: { ...labels, [label]: name } }));
}

/** Returns the buckets, the sum and the count of durations. */
export function durations(name: string, { buckets, sum, count }: TimingStats, labels: Labels = {}): Sample[] {
  const bounded = buckets.map(({ le, count: value }) => bucket(name, le, value, labels));
  return [
    ...bounded,
    bucket(name, '+Inf', count, labels),
    { metricName: `${name}_sum`, value: sum, labels },
    { metricName: `${name}_count`, value: count, labels },
  ];
}

function bucket(name: string, le: number | '+Inf', value: number, labels: Labels): Sample {
  return { metricName: `${name}_bucket`, value, labels: { ...labels, le } };
}
