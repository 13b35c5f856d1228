/** How wide the table and the text around it are. */
export const width = 100;

/** The columns of the table: what stands above each, and how wide it is. */
export const columns = [
  { title: 'who', width: 6 },
  { title: 'asks for', width: 15 },
  { title: 'with the token', width: 20 },
  { title: 'API', width: 7 },
  { title: 'answer', width: 16 },
  { title: 'time', width: 7 },
  { title: 'issuer asked', width: 17 },
] as const;

/** The text of each column of one line. */
export type Cells = readonly [string, string, string, string, string, string, string];

/** Cells side by side; times stand to the right of their column, all else to the left. */
export function layOut(cells: Cells, paint: (column: string, text: string) => string = (_, text) => text): string {
  const padded = columns.map(({ title, width: size }, index) => {
    const text = cells[index] ?? '';
    return paint(title, title === 'time' ? text.padStart(size) : text.padEnd(size));
  });
  return padded.join('  ').trimEnd();
}

/** Breaks a text into lines that fit beside an indentation; breaks only between words. */
export function wrap(text: string, indent: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent.length + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => indent + line);
}

/** Breaks a challenge into lines, only between its parameters. */
export function wrapChallenge(challenge: string, indent: string): string[] {
  const unbreakable = challenge.replace(/"[^"]*"/g, (quoted) => quoted.replaceAll(' ', '\u00a0'));
  return wrap(unbreakable, indent).map((line) => line.replaceAll('\u00a0', ' '));
}

/** A time that fits its column. */
export function duration(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
