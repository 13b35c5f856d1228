import { drawPanel, type Recording } from './panel-picture.ts';
import type { AlertBand, RecordedRow } from './recorded-panel.ts';
import { styleSheet } from './style.ts';
import { element, text, wrap } from './svg.ts';

const width = 960;
const gap = 8;

/** Draws a row of the dashboard as an SVG document. */
export function drawRow(row: RecordedRow, recording: Recording): string {
  const panels = row.panels.map((panel) => {
    const panelWidth = ((width - gap) * panel.columns) / 24 - gap;
    return { width: panelWidth, ...drawPanel(panel, panelWidth, recording) };
  });
  const height = Math.max(...panels.map((panel) => panel.height));
  const caption = wrap(captionOf(recording.bands), width - 4 * gap);
  const total = height + 2 * gap + caption.length * 18 + gap;
  let x = gap;
  const placed = panels.map((panel) => {
    const frame = element('rect', {
      x: 0.5,
      y: 0.5,
      width: panel.width - 1,
      height: height - 1,
      rx: 4,
      class: 'panel',
    });
    const group = element('g', { transform: `translate(${x} ${gap})` }, `\n${frame}\n${panel.content}\n`);
    x += panel.width + gap;
    return group;
  });
  const content = [
    element('title', {}, `Dashboard, ${row.title}`),
    element('style', {}, styleSheet),
    element('rect', { width, height: total, class: 'background' }),
    ...placed,
    ...caption.map((line, index) => text(line, { x: 2 * gap, y: height + gap + 20 + index * 18 })),
  ].join('\n');
  const root = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${total}`, width, height: total };
  return `${element('svg', { ...root, role: 'img' }, `\n${content}\n`)}\n`;
}

function captionOf(bands: readonly AlertBand[]): string {
  const list = bands.map(({ name, from, to }) => `${name} from ${from.toFixed(0)} s to ${to.toFixed(0)} s`);
  return list.length === 0 ? 'No alert fired.' : `Red: an alert fires, ${list.join(', ')}.`;
}
