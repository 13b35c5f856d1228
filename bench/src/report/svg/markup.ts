/** A fragment of SVG. */
export type Markup = string;

type Attributes = Readonly<Record<string, string | number>>;

/** Returns an element with its content. */
export function element(name: string, attributes: Attributes, content = ''): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${written.join('')}>${content}</${name}>`;
}

/** Returns a line of text. */
export function text(content: string, x: number, y: number, attributes: Attributes = {}): Markup {
  return element('text', { x, y, ...attributes }, escaped(content));
}

/** Returns a complete picture that follows the reader's light or dark theme. */
export function picture(title: string, width: number, height: number, content: readonly Markup[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
  };
  const parts = [element('title', {}, escaped(title)), element('style', {}, style), ...content];
  return `${element('svg', attributes, `\n${parts.join('\n')}\n`)}\n`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const style = `
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 14px }
.note, .tick { fill: #6e7781 }
.tick { font-size: 11px }
.peer { fill: #b6bec8 }
.ours { fill: #1f6feb }
.limit { fill: none; stroke: #6e7781; stroke-dasharray: 3 2 }
.strong { font-weight: 600 }
.spread, .axis { stroke: #6e7781; stroke-width: 1 }
.grid { stroke: #d8dee4; stroke-width: 1 }
.line { fill: none; stroke-width: 2 }
.line.ours { stroke: #1f6feb; fill: none }
.line.peer { stroke: #8c959f; fill: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .note, .tick { fill: #9198a1 }
  .peer { fill: #59636e }
  .ours { fill: #4493f8 }
  .limit, .spread, .axis { stroke: #9198a1 }
  .grid { stroke: #3d444d }
  .line.ours { stroke: #4493f8 }
}
`;
