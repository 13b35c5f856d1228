import { fontSize, textWidth } from './text-width.ts';

type Attributes = Readonly<Record<string, string | number>>;

/** Returns an element; its content is markup. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${format(value)}"`);
  return content === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${content}</${name}>`;
}

/** The place and look of a text. */
export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly weight?: number;
}

/** Returns a text. */
export function text(content: string, { x, y, anchor = 'start', size = fontSize, weight = 400 }: TextPlace): string {
  return element(
    'text',
    { x, y, 'text-anchor': anchor, 'font-size': size, 'font-weight': weight },
    escapeMarkup(content),
  );
}

/** Breaks a text between words into lines that fit a width. */
export function wrap(content: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Returns a path through points; null begins a new part. A part of one point is a dot. */
export function pathThrough(points: readonly (readonly [x: number, y: number] | null)[]): string {
  let isOpen = false;
  const parts: string[] = [];
  for (const point of points) {
    if (point !== null) parts.push(isOpen ? `L${pair(point)}` : `M${pair(point)}h0`);
    isOpen = point !== null;
  }
  return parts.join('');
}

function pair([x, y]: readonly [x: number, y: number]): string {
  return `${format(x)} ${format(y)}`;
}

function format(value: string | number): string {
  return typeof value === 'number' ? String(Number(value.toFixed(1))) : escapeMarkup(value);
}

function escapeMarkup(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
