import { type Axis, timeAxis, valueAxis } from './axis.ts';
import { layOutLegend } from './legend.ts';
import type { AlertBand, RecordedPanel } from './recorded-panel.ts';
import { colours } from './style.ts';
import { element, pathThrough, text } from './svg.ts';
import { textWidth } from './text-width.ts';

/** The recorded time, and the alerts in it. */
export interface Recording {
  /** In seconds. */
  readonly length: number;
  readonly step: number;
  readonly bands: readonly AlertBand[];
}

/** A panel without its frame, at the origin. */
export interface PanelPicture {
  readonly content: string;
  readonly height: number;
}

interface Plot {
  readonly x: (seconds: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly values: Axis;
  readonly times: Axis;
}

const padding = 12;
const titleHeight = 40;
const plotHeight = 120;

/** Draws a panel: title, alerts, axes, series and legend. */
export function drawPanel(panel: RecordedPanel, width: number, recording: Recording): PanelPicture {
  const lines = linesOf(panel);
  const plot = plotOf(panel, lines.flat(), width, recording);
  const names = panel.series.map(({ name }) => name);
  const legend = layOutLegend(names.length === 0 ? ['no data'] : names, width - 2 * padding);
  const legendTop = plot.bottom + 28;
  const items = legend.items.map(({ name, index, x, y }) => {
    const swatch = { x: padding + x, y: legendTop + y - 9, width: 10, height: 10, class: `area-${index % colours}` };
    return `${names.length === 0 ? '' : element('rect', swatch)}${text(name, { x: padding + x + 14, y: legendTop + y })}`;
  });
  const content = [
    text(panel.title, { x: padding, y: 24, size: 14, weight: 600 }),
    lastValue(panel, width),
    ...recording.bands.map((band) => drawBand(band, plot)),
    drawAxes(plot),
    ...lines.map((line, index) => drawSeries(line, lines[index - 1], index, { panel, plot, recording })),
    ...items,
  ].join('\n');
  return { content, height: legendTop + legend.height + padding / 2 };
}

/** The drawn values of each series: cumulative if the panel stacks them. */
function linesOf({ series, isStacked }: RecordedPanel): (number | null)[][] {
  const sums: number[] = [];
  return series.map(({ values }) => {
    if (!isStacked) return [...values];
    return values.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
      return sums[index];
    });
  });
}

function plotOf(
  { unit, max }: RecordedPanel,
  values: readonly (number | null)[],
  width: number,
  { length }: Recording,
): Plot {
  const axis = valueAxis(unit, Math.max(0, ...values.map((value) => value ?? 0)), max);
  const left = padding + Math.max(...axis.ticks.map(({ label }) => textWidth(label))) + 6;
  const right = width - padding;
  const bottom = titleHeight + plotHeight;
  return {
    left,
    right,
    top: titleHeight,
    bottom,
    values: axis,
    times: timeAxis(length, right - left - 30),
    x: (seconds) => left + (Math.min(seconds, length) / length) * (right - left),
    y: (value) => bottom - (value / axis.max) * plotHeight,
  };
}

// A stat panel shows its last value as a text.
function lastValue({ type, series, texts }: RecordedPanel, width: number): string {
  if (type !== 'stat') return '';
  const last = series[0]?.values.findLast((value) => value !== null) ?? '';
  return text(texts[String(last)] ?? String(last), { x: width - padding, y: 24, anchor: 'end', size: 14, weight: 600 });
}

function drawBand({ from, to }: AlertBand, { x, top }: Plot): string {
  return element('rect', { x: x(from), y: top, width: x(to) - x(from), height: plotHeight, class: 'alert' });
}

function drawAxes({ x, y, left, right, top, bottom, values, times }: Plot): string {
  const horizontal = values.ticks.map(
    ({ value, label }) =>
      element('line', { x1: left, x2: right, y1: y(value), y2: y(value), class: 'grid' }) +
      text(label, { x: left - 6, y: y(value) + 4, anchor: 'end' }),
  );
  const vertical = times.ticks.map(
    ({ value, label }) =>
      element('line', { x1: x(value), x2: x(value), y1: top, y2: bottom + 4, class: 'grid' }) +
      text(label, { x: x(value), y: bottom + 18, anchor: x(value) + 20 > right + padding ? 'end' : 'middle' }),
  );
  return [...horizontal, ...vertical].join('\n');
}

interface SeriesContext {
  readonly panel: RecordedPanel;
  readonly plot: Plot;
  readonly recording: Recording;
}

function drawSeries(
  line: readonly (number | null)[],
  below: readonly (number | null)[] | undefined,
  index: number,
  { panel, plot: { x, y }, recording: { step } }: SeriesContext,
): string {
  const points = line.map((value, at) => (value === null ? null : ([x(at * step), y(value)] as const)));
  const stroke = element('path', { d: pathThrough(points), class: `line line-${index % colours}` });
  if (!panel.isStacked) return stroke;
  const back = line.map((_, at) => [x(at * step), y(below?.[at] ?? 0)] as const).reverse();
  const area = pathThrough([...points, ...back]);
  return element('path', { d: `${area}Z`, class: `area-${index % colours}`, 'fill-opacity': '.2' }) + stroke;
}
