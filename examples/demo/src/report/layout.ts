/** The width of the table and of the text around it, in characters. */
export const width = 100;

/** The heading and the width of each column. */
export const columns = [
  { title: 'client', width: 9 },
  { title: 'request', width: 15 },
  { title: 'token', width: 17 },
  { title: 'API', width: 7 },
  { title: 'answer', width: 16 },
  { title: 'time', width: 7 },
  { title: 'issuer fetches', width: 17 },
] as const;

/** The texts of one row. */
export type Cells = readonly [string, string, string, string, string, string, string];

/** Formats one row. Times are right-aligned, other cells left-aligned. */
export function layOut(cells: Cells, paint: (column: string, text: string) => string = (_, text) => text): string {
  const padded = columns.map(({ title, width: size }, index) => {
    const text = cells[index] ?? '';
    return paint(title, title === 'time' ? text.padStart(size) : text.padEnd(size));
  });
  return padded.join('  ').trimEnd();
}

/** Breaks a text between words into lines that fit the width, indentation included. */
export function wrap(text: string, indent: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent.length + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => indent + line);
}

/** Breaks a challenge between its parameters. */
export function wrapChallenge(challenge: string, indent: string): string[] {
  const unbreakable = challenge.replace(/"[^"]*"/g, (quoted) => quoted.replaceAll(' ', '\u00a0'));
  return wrap(unbreakable, indent).map((line) => line.replaceAll('\u00a0', ' '));
}

/** Formats a duration to fit its column. */
export function duration(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
