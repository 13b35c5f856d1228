import type { Figure } from '../../measure/statistics.ts';
import { element, type Markup, picture, text } from './markup.ts';

/** A bar with its whiskers. */
export interface Bar {
  readonly label: string;
  readonly figure: Figure;
  readonly kind: 'ours' | 'peer' | 'limit';
}

/** Bars on a common scale. */
export interface Panel {
  readonly title: string;
  readonly note: string;
  readonly bars: readonly Bar[];
}

const panelWidth = 500;
const labelWidth = 255;
const barWidth = 180;
const rowHeight = 21;
const barHeight = 13;
const headHeight = 52;
const gap = 24;

/** Draws horizontal bars in panels, two in a row, in the given order. */
export function barChart(title: string, panels: readonly Panel[], show: (value: number) => string): string {
  const rows = [...panels.keys()].filter((index) => index % 2 === 0);
  let top = 0;
  const parts = rows.flatMap((index) => {
    const pair = panels.slice(index, index + 2);
    const drawn = pair.map((panel, column) =>
      element(
        'g',
        { transform: `translate(${column * (panelWidth + gap)} ${top})` },
        drawPanel(panel, show).join('\n'),
      ),
    );
    top += Math.max(...pair.map(heightOf)) + gap;
    return drawn;
  });
  const columns = Math.min(2, panels.length);
  return picture(title, columns * panelWidth + (columns - 1) * gap, top, parts);
}

function heightOf({ bars }: Panel): number {
  return headHeight + bars.length * rowHeight;
}

function drawPanel({ title, note, bars }: Panel, show: (value: number) => string): Markup[] {
  const largest = Math.max(...bars.map(({ figure }) => figure.median));
  const scale = barWidth / largest;
  const rows = bars.map((bar, row) => drawBar(bar, headHeight + row * rowHeight, scale, show));
  return [text(title, 0, 18, { class: 'title' }), text(note, 0, 36, { class: 'note' }), ...rows];
}

function drawBar({ label, figure, kind }: Bar, y: number, scale: number, show: (value: number) => string): Markup {
  const width = Math.max(1, figure.median * scale);
  const middle = y + barHeight / 2;
  const weight = kind === 'ours' ? { class: 'strong' } : {};
  // Whiskers end with the scale.
  const [low, high] = [figure.low * scale, Math.min(figure.high * scale, barWidth)].map((x) => labelWidth + x);
  return [
    text(label, labelWidth - 8, middle + 4, { 'text-anchor': 'end', ...weight }),
    element('rect', { x: labelWidth, y, width: fixed(width), height: barHeight, rx: 2, class: kind }),
    element('line', { x1: fixed(low), x2: fixed(high), y1: middle, y2: middle, class: 'spread' }),
    text(show(figure.median), labelWidth + Math.max(width, (high ?? 0) - labelWidth) + 6, middle + 4, weight),
  ].join('');
}

function fixed(value = 0): string {
  return value.toFixed(1);
}
