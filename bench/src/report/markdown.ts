import type { Figure } from '../measure/statistics.ts';

/** Returns a table with the first columns aligned to the left, all others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], leftColumns = 1): string {
  const rule = head.map((_, column) => (column < leftColumns ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Formats a figure with its spread: half the distance between the quartiles. */
export function withSpread({ median, low, high }: Figure): string {
  return `${short(median)} ± ${Math.round(((high - low) / 2 / median) * 100)} %`;
}

/** Formats a number with the digits that its precision justifies. */
export function short(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
