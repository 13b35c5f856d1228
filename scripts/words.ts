// Reports the words in banned-words.ts. `node scripts/words.ts [paths…]` prints one line for each finding; `--count`
// prints the number of findings in each folder. To allow a word, add a comment with a reason on its line or on the line
// above: `words-allow: holder (a term of RFC 7800)`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { allowedTexts, type BannedWord, bannedWords } from './banned-words.ts';
import { failed, type Outcome, passed } from './step.ts';
import { root } from './workspace.ts';

export interface Finding {
  readonly file: string;
  /** Counted from 1; 0 for the name of the file. */
  readonly line: number;
  readonly word: string;
  readonly instead: string;
}

const scanned = ['*.ts', '*.tsx', '*.mts', '*.cts', '*.js', '*.mjs', '*.cjs', '*.md', '*.yml', '*.yaml'];
const unscanned = [
  'pnpm-lock.yaml',
  '*CHANGELOG.md',
  'scripts/banned-words.ts',
  'scripts/words.ts',
  'scripts/test/words.test.ts',
  // Written by the benchmarks. Their prose is in bench/src, which is scanned; profiles name functions of other libraries.
  'docs/benchmarks.md',
  'bench/goals.md',
];

// White space, including a line break inside a comment and the start of the next comment line.
const gap = String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:\*(?!\/)|\/\/|>|#)?[ \t]*)`;
const marker = /words-allow: *([^()\n]+?) *\(([^)\n]+)\)/g;

/** Replaces each space of a pattern with one that also matches line breaks. */
function spaced({ source }: RegExp, caseFlag: '' | 'i'): RegExp {
  const parts = source.split(/(\[[^\]]*\])/);
  const widened = parts.map((part) => (part.startsWith('[') ? part : part.replaceAll(' ', gap))).join('');
  return new RegExp(widened, `gm${caseFlag}`);
}

const rules = bannedWords.map((word) => ({
  ...word,
  pattern: spaced(word.pattern, word.isCaseSensitive === true ? '' : 'i'),
}));

/** Splits `tokenProver` and `TOKEN_PROVER` into words with a zero-width space. Keeps line breaks. */
function splitIdentifiers(text: string): string {
  return text.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\w)_(?=\w)/g, '\u200B');
}

function withoutAllowedTexts(file: string, text: string): string {
  return allowedTexts
    .filter(({ paths }) => paths?.test(file) ?? true)
    .reduce((rest, allowed) => rest.replaceAll(allowed.text, ' '), text);
}

/** Returns the words that markers allow, by line. */
function allowances(text: string): Map<number, string[]> {
  const allowed = new Map<number, string[]>();
  for (const [index, line] of text.split('\n').entries()) {
    const words = [...line.matchAll(marker)].flatMap(([, list = '']) => list.toLowerCase().split(/ *, */));
    for (const at of [index + 1, index + 2]) allowed.set(at, [...(allowed.get(at) ?? []), ...words]);
  }
  return allowed;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

function findingsOf(file: string, text: string, { pattern, instead, paths }: BannedWord): Finding[] {
  if (paths?.test(file) === false) return [];
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    line: lineAt(text, match.index),
    word: match[0]
      .replaceAll('\u200B', '')
      .replaceAll(/[\s*/>#]+/g, ' ')
      .trim()
      .toLowerCase(),
    instead,
  }));
}

/** Returns the banned words in one file and in its name, each at most once for a line. */
export function wordsIn(file: string, content: string): Finding[] {
  const allowed = allowances(content);
  const text = splitIdentifiers(withoutAllowedTexts(file, content.replaceAll(marker, '')));
  const name = basename(file).replaceAll(/[-._]/g, ' ');
  const found = rules.flatMap((word) => [
    ...findingsOf(file, name, word).map((finding) => ({ ...finding, line: 0 })),
    ...findingsOf(file, text, word).filter(({ line, word: found }) => !allowed.get(line)?.includes(found)),
  ]);
  const unique = new Map(found.map((finding) => [`${finding.line} ${finding.word}`, finding]));
  return [...unique.values()].sort((left, right) => left.line - right.line);
}

function filesBelow(paths: readonly string[]): string[] {
  const excluded = unscanned.map((pattern) => `:(exclude)${pattern}`);
  const args = [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
    '--',
    ...scanned,
    ...excluded,
  ];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
  const isBelow = (file: string): boolean => paths.some((path) => file === path || file.startsWith(`${path}/`));
  return paths.length === 0 ? files : files.filter(isBelow);
}

function findings(paths: readonly string[] = []): Finding[] {
  return filesBelow(paths).flatMap((file) => wordsIn(file, readFileSync(join(root, file), 'utf8')));
}

function describe({ file, line, word, instead }: Finding): string {
  return `${file}:${line}: ${word} -> ${instead}`;
}

/** Fails if sources, tests or documents contain a banned word. */
export async function words(): Promise<Outcome> {
  const found = findings();
  return found.length === 0 ? passed() : failed(found.map(describe).join('\n'));
}

/** Returns the first two folders of a path, or three inside a package. */
function folderOf(file: string): string {
  const folders = file.split('/').slice(0, -1);
  return folders.slice(0, folders[0] === 'packages' ? 3 : 2).join('/') || '.';
}

function countsOf(found: readonly Finding[]): string[] {
  const byFolder = Map.groupBy(found, ({ file }) => folderOf(file));
  return [...byFolder].map(([folder, list]) => `${String(list.length).padStart(5)}  ${folder}`).sort();
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const found = findings(args.filter((arg) => arg !== '--count').map((path) => path.replace(/^\.\/|\/$/g, '')));
  const lines = args.includes('--count') ? countsOf(found) : found.map(describe);
  if (lines.length > 0) console.log(lines.join('\n'));
  console.log(`${found.length} banned words`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
