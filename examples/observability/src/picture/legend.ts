import { fontSize, textWidth } from './text-width.ts';

/** The place of a name in the legend; `y` is that of its line of text. */
export interface LegendItem {
  readonly name: string;
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

const swatch = 14;
const gap = 14;
const lineHeight = fontSize + 6;

/** Lays names out in lines that fit a width. */
export function layOutLegend(names: readonly string[], width: number): { items: LegendItem[]; height: number } {
  const items: LegendItem[] = [];
  let x = 0;
  let y = fontSize;
  for (const [index, name] of names.entries()) {
    const needed = swatch + textWidth(name);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += lineHeight;
    }
    items.push({ name, index, x, y });
    x += needed + gap;
  }
  return { items, height: y + 6 };
}
