/** A labelled position on an axis. */
interface Tick {
  readonly value: number;
  readonly label: string;
}

/** An axis from zero to `max`. */
export interface Axis {
  readonly max: number;
  readonly ticks: readonly Tick[];
}

interface Scale {
  readonly factor: number;
  readonly suffix: string;
}

const intervals = 4;

/** Returns an axis for values up to `largest`, in a unit of Grafana. A fixed end of the axis is `max`. */
export function valueAxis(unit: string, largest: number, max?: number): Axis {
  const { factor, suffix } = scaleOf(unit, max ?? largest);
  const step = niceStep(((max ?? (largest || 1)) * factor) / intervals);
  const count = Math.max(1, Math.ceil(((max ?? (largest || 1)) * factor) / step - 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, index) => ({
    value: (index * step) / factor,
    label: `${Number((index * step).toPrecision(6))}${suffix}`,
  }));
  return { max: (count * step) / factor, ticks };
}

/** Returns an axis with a label every few seconds, as many as fit the width. */
export function timeAxis(seconds: number, width: number): Axis {
  const step = [5, 10, 20, 30, 60].find((candidate) => (seconds / candidate) * 44 <= width) ?? 60;
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => ({
    value: index * step,
    label: `${index * step} s`,
  }));
  return { max: seconds, ticks };
}

function scaleOf(unit: string, largest: number): Scale {
  if (unit === 'percentunit') return { factor: 100, suffix: ' %' };
  if (unit === 'reqps' || unit === 'ops') return { factor: 1, suffix: '/s' };
  if (unit !== 's') return { factor: 1, suffix: '' };
  if (largest >= 1) return { factor: 1, suffix: ' s' };
  return largest >= 0.001 ? { factor: 1000, suffix: ' ms' } : { factor: 1e6, suffix: ' µs' };
}

function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return step * power;
}
