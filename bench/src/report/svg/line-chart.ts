import { element, type Markup, picture, text } from './markup.ts';

/** One line: a value per size. */
interface Series {
  readonly label: string;
  readonly kind: 'ours' | 'peer';
  readonly points: readonly { readonly size: number; readonly value: number }[];
}

/** Lines on a common scale that starts at 0. */
export interface LinePanel {
  readonly title: string;
  readonly note: string;
  readonly series: readonly Series[];
}

const panelWidth = 290;
const plotWidth = 220;
const plotHeight = 130;
const left = 34;
const topOfPlot = 52;
const gap = 18;

/** Draws lines over a logarithmic axis of sizes, in panels next to each other. */
export function lineChart(title: string, panels: readonly LinePanel[]): string {
  const drawn = panels.map((panel, index) =>
    element('g', { transform: `translate(${index * (panelWidth + gap)} 0)` }, drawPanel(panel).join('\n')),
  );
  return picture(title, panels.length * (panelWidth + gap) - gap, topOfPlot + plotHeight + 28, drawn);
}

function drawPanel({ title, note, series }: LinePanel): Markup[] {
  const points = series.flatMap((line) => line.points);
  const largest = Math.max(1.5, ...points.map(({ value }) => value));
  const sizes = [...new Set(points.map(({ size }) => size))];
  const widest = Math.log10(Math.max(...sizes, 10));
  const x = (size: number): number => left + (Math.log10(size) / widest) * plotWidth;
  const y = (value: number): number => topOfPlot + plotHeight * (1 - value / largest);
  return [
    text(title, 0, 18, { class: 'title' }),
    text(note, 0, 36, { class: 'note' }),
    ...[0, 0.5, 1, 1.25].map((value) => gridLine(value, y(value))),
    ...sizes.map((size) => text(String(size), x(size), y(0) + 16, { class: 'tick', 'text-anchor': 'middle' })),
    ...series.map((line) => drawSeries(line, x, y)),
  ];
}

function gridLine(value: number, y: number): Markup {
  const line = element('line', { x1: left, x2: left + plotWidth, y1: y, y2: y, class: value === 0 ? 'axis' : 'grid' });
  return line + text(String(value), left - 6, y + 4, { class: 'tick', 'text-anchor': 'end' });
}

function drawSeries(
  { label, kind, points }: Series,
  x: (size: number) => number,
  y: (value: number) => number,
): Markup {
  const path = points.map(({ size, value }) => `${x(size).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const dots = points.map(({ size, value }) => element('circle', { cx: x(size), cy: y(value), r: 3, class: kind }));
  const last = points.at(-1);
  const end =
    last === undefined
      ? ''
      : text(label, x(last.size), y(last.value) + (kind === 'ours' ? 20 : -8), { 'text-anchor': 'end' });
  return element('polyline', { points: path, class: `line ${kind}` }) + dots.join('') + end;
}
