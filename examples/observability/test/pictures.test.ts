import { expect, it } from 'vitest';
import { timeAxis, valueAxis } from '../src/picture/axis.ts';
import type { RecordedPanel } from '../src/picture/recorded-panel.ts';
import { drawRow } from '../src/picture/row-picture.ts';
import { textWidth } from '../src/picture/text-width.ts';

const panel: RecordedPanel = {
  title: 'Refusals by code',
  type: 'timeseries',
  columns: 12,
  unit: 'reqps',
  max: undefined,
  isStacked: true,
  texts: {},
  series: ['ERR_CREDENTIALS_MISSING', 'ERR_REPLAY_STORE_UNAVAILABLE', 'http://127.0.0.1:40000', '<&"'].map(
    (name, index) => ({ name, values: [null, index, 2 * index, null, index] }),
  ),
};

const narrow: RecordedPanel = { ...panel, title: 'Token cache entries', columns: 6, series: panel.series.slice(2) };

const bands = ['VerifierOutage', 'VerifierForgedTokens', 'VerifierTokenCacheMisses', 'VerifierSignatureQueue'].map(
  (name, index) => ({ name, from: 5 * index, to: 5 * index + 2 }),
);
const recording = { length: 30, step: 7.5, bands };

it.each([
  ['reqps', 187, undefined, ['0/s', '50/s', '100/s', '150/s', '200/s']],
  ['s', 0.0092, undefined, ['0 ms', '2.5 ms', '5 ms', '7.5 ms', '10 ms']],
  ['s', 0.00005, undefined, ['0 µs', '20 µs', '40 µs', '60 µs']],
  ['percentunit', 0.4, 1, ['0 %', '25 %', '50 %', '75 %', '100 %']],
  ['short', 0, undefined, ['0', '0.25', '0.5', '0.75', '1']],
])('[METRICS-EXAMPLE] an axis in %s for values up to %s has round labels', (unit, largest, max, labels) => {
  const axis = valueAxis(unit, largest, max);
  expect(axis.ticks.map(({ label }) => label)).toEqual(labels);
  expect(axis.max).toBeGreaterThanOrEqual(largest);
});

it('[METRICS-EXAMPLE] a narrow time axis has fewer labels', () => {
  expect(timeAxis(31, 400).ticks.map(({ value }) => value)).toEqual([0, 5, 10, 15, 20, 25, 30]);
  expect(timeAxis(31, 150).ticks.map(({ value }) => value)).toEqual([0, 10, 20, 30]);
});

it('[METRICS-EXAMPLE] no text is clipped by its panel or by the picture', () => {
  const picture = drawRow({ title: 'Requests', panels: [panel, narrow, narrow] }, recording);
  const [, width = 0, height = 0] = /viewBox="0 0 (\S+) (\S+)"/.exec(picture)?.map(Number) ?? [];
  const [, ...groups] = picture.split('<g ');
  expect(groups).toHaveLength(3);
  for (const group of groups) {
    const [inside = '', outside = ''] = group.split('</g>');
    const panelWidth = Number(/width="([\d.]+)" height="[\d.]+" rx/.exec(inside)?.[1]);
    expect(overflows(inside, panelWidth, height)).toEqual([]);
    expect(overflows(outside, width, height)).toEqual([]);
  }
});

it('[METRICS-EXAMPLE] the same series give the same picture, with escaped names', () => {
  const row = { title: 'Requests', panels: [panel] };
  expect(drawRow(row, recording)).toBe(drawRow(row, recording));
  expect(drawRow(row, recording)).toContain('&lt;&amp;&quot;</text>');
  expect(drawRow(row, recording)).not.toMatch(/NaN|undefined|Infinity/);
});

it('[METRICS-EXAMPLE] a panel without series says so', () => {
  const row = { title: 'Requests', panels: [{ ...panel, series: [] }] };
  expect(drawRow(row, recording)).toContain('>no data<');
});

/** The texts that are not within the given size. */
function overflows(markup: string, width: number, height: number): string[] {
  const texts = markup.matchAll(/<text x="(\S+)" y="(\S+)" text-anchor="(\w+)" font-size="(\d+)"[^>]*>([^<]*)</g);
  return [...texts].flatMap(([, x = '', y = '', anchor = '', size = '', content = '']) => {
    const length = textWidth(content.replaceAll(/&\w+;/g, '&'), Number(size));
    const left = Number(x) - { start: 0, middle: length / 2, end: length }[anchor as 'start'];
    const isInside = left >= 0 && left + length <= width && Number(y) < height - 4 && Number(y) > Number(size);
    return isInside ? [] : [content];
  });
}
