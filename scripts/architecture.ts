// Compares docs/architecture.md with the sources. `node scripts/rooms.ts --write` writes the picture of the rooms.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roomLevels } from './room-table.ts';
import { failed, type Outcome, passed } from './step.ts';
import { root } from './workspace.ts';

const coreSources = join('packages', 'core', 'src');
const likelyChanges = 10;
const filesOfAChange = 4;

/** The path of the document. `rooms.ts --write` updates its picture. */
export const architectureDocument: string = join(root, 'docs', 'architecture.md');

/** Returns a diagram and a table of the existing rooms. */
function picture(): string {
  const levels = roomLevels
    .map((level) => level.filter(({ name }) => existsSync(join(root, coreSources, name))))
    .filter((level) => level.length > 0);
  const nodes = levels.map((level, depth) => `  l${depth}["${level.map(({ name }) => name).join(' · ')}"]`);
  const arrows = `  ${levels.map((_, depth) => `l${depth}`).join(' --> ')}`;
  const rows = levels.flat().map(({ name, contains }) => `| \`${name}\` | ${contains} |`);
  const diagram = ['```mermaid', 'flowchart TB', ...nodes, arrows, '```'];
  return [...diagram, '', '| room | contains |', '|---|---|', ...rows].join('\n');
}

/** Replaces the text between the two markers of the document with the current picture. */
export function withPicture(document: string): string {
  const markers = /(<!-- rooms: .*? -->\n)[\s\S]*?(<!-- end of rooms -->)/;
  if (!markers.test(document)) throw new Error('docs/architecture.md has no markers for the picture of the rooms');
  return document.replace(markers, (_, start: string, end: string) => `${start}\n${picture()}\n\n${end}`);
}

function existsInSources(path: string): boolean {
  return existsSync(join(root, coreSources, path)) || existsSync(join(root, path));
}

/** Returns the files and folders in backticks: every name with a slash, and loose files. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`([\w-]+(?:\/[\w.-]*)+|[\w-]+\.ts)`/g)].map(([, path = '']) => path);
}

function faultsOfChange(row: string): string[] {
  const [change = '', places = ''] = row.split('|').slice(1);
  const { length } = pathsIn(places);
  return length >= 1 && length <= filesOfAChange
    ? []
    : [`docs/architecture.md, "${change.trim()}": names ${length} files`];
}

/** Returns one line for each path that exists neither in core's sources nor in the repository. */
export function missingPaths(document: string): string[] {
  const missing = new Set(pathsIn(document).filter((path) => !existsInSources(path)));
  return [...missing].map((path) => `docs/architecture.md: ${path} does not exist`);
}

/** Returns one line for each wrong number of rows or files in the table of likely changes. */
export function changeFaults(document: string): string[] {
  const [, section = ''] = /<!-- changes: .*? -->([\s\S]*?)<!-- end of changes -->/.exec(document) ?? [];
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
  const counted = rows.length === likelyChanges ? [] : [`docs/architecture.md names ${rows.length} likely changes`];
  return [...counted, ...rows.flatMap(faultsOfChange)];
}

/** Fails unless the picture of the rooms is up to date and every file in the document exists. */
export async function architecture(): Promise<Outcome> {
  const document = readFileSync(architectureDocument, 'utf8');
  const isOld = withPicture(document) !== document;
  const faults = isOld ? ['docs/architecture.md has an old picture: run `npx node scripts/rooms.ts --write`'] : [];
  faults.push(...missingPaths(document), ...changeFaults(document));
  return faults.length === 0 ? passed() : failed(faults.join('\n'));
}
