import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type OptionRecord, required } from '../../src/options/option-record.ts';
import { optionGroups } from '../../src/options/option-table.ts';

/** The root folder of the repository, with a slash at its end. */
export const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** A member of an exported interface, as its docstring describes it. */
export interface DocumentedMember {
  readonly type: string;
  readonly name: string;
  /** The docstring on one line, without its tags. */
  readonly text: string;
  /** The text of `@default`; undefined without one. */
  readonly byDefault: string | undefined;
}

/** A row of a Markdown table. */
export type Row = readonly string[];

/** One option of the table by its full name, such as `http.timeout`. */
export interface NamedOption {
  readonly option: string;
  readonly record: OptionRecord<unknown>;
}

/** Every option of the table. */
export const allOptions: readonly NamedOption[] = optionGroups.flatMap(({ path, records }) =>
  Object.entries(records).map(([name, record]) => ({ option: `${path}${name}`, record })),
);

/** Reads a file of the repository as text. */
export function readText(path: string): string {
  return readFileSync(`${repository}${path}`, 'utf8');
}

/** Reads the optional and required members of all interfaces of a source file, with their docstrings. */
export function readMembers(source: string): readonly DocumentedMember[] {
  const members: DocumentedMember[] = [];
  let [type, comment] = ['', ''];
  for (const line of source.split('\n')) {
    type = /^export interface (\w+)/.exec(line)?.[1] ?? type;
    if (/^ {2}\/\*\*/.test(line)) comment = '';
    if (/^ {2}(?:\/\*\*| \*)/.test(line))
      comment += `\n${line.replace(/^\s*(?:\/\*\*|\*\/|\*)\s?/, '').replace(/\s*\*\/$/, '')}`;
    const name = /^ {2}(?:readonly )?(\w+)\??:/.exec(line)?.[1];
    if (name === undefined) continue;
    members.push(memberOf(type, name, comment));
    comment = '';
  }
  return members;
}

function memberOf(type: string, name: string, comment: string): DocumentedMember {
  const [text = '', ...tags] = comment.split(/\n@(?=\w)/);
  const byDefault = tags.find((tag) => tag.startsWith('default '))?.slice('default '.length);
  return { type, name, text: onOneLine(text), byDefault: byDefault === undefined ? undefined : onOneLine(byDefault) };
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Reads the rows of the tables of a page, as cells without the outer spaces. */
export function readRows(page: string): readonly Row[] {
  const lines = page.split('\n').filter((line) => line.startsWith('|') && !/^\|[-| ]+\|$/.test(line));
  return lines.map((line) =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** The text of `@default` for a value; undefined if the default is described in words. */
export function literalOf(value: unknown): string | undefined {
  if (value === undefined || value === required) return undefined;
  if (Array.isArray(value) && value.length > 0) return `[${value.map((entry) => `'${entry}'`).join(', ')}]`;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Object.keys(value as object).length === 0 ? 'none' : undefined;
}

/** A number as pages write it: with thousands separated. */
export function inWords(value: number): string {
  return value.toLocaleString('en-US');
}

/** The default of an option as a cell of a table; undefined if it is described in words. */
export function cellOf({ default: value, bounds }: OptionRecord<unknown>): string | undefined {
  if (typeof value === 'number') {
    const unit = bounds?.unit === 'seconds' ? 's' : bounds?.unit;
    return unit === undefined ? inWords(value) : `${inWords(value)} ${unit}`;
  }
  const literal = literalOf(value);
  if (literal === undefined || literal === 'none') return literal;
  return Array.isArray(value) ? value.map((entry) => `\`${entry}\``).join(', ') : `\`${literal}\``;
}
