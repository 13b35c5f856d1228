import type { Figure } from '../measure/statistics.ts';

/** A table; the first column is text, and the others are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], leftColumns = 1): string {
  const rule = head.map((_, column) => (column < leftColumns ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A figure with its spread: half the distance between the quartiles. */
export function withSpread({ median, low, high }: Figure): string {
  return `${short(median)} ± ${Math.round(((high - low) / 2 / median) * 100)} %`;
}

/** A number with as many digits as it is worth. */
export function short(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
