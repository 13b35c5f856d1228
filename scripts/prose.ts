import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failed, type Outcome, passed } from './step.ts';
import { root } from './workspace.ts';

const maxWords = 25;
const maxSentences = 3;
const unscanned = ['*CHANGELOG.md', '.changeset/*', 'docs/api/*', 'docs/benchmarks.md', 'bench/goals.md'];

/** A paragraph or list item of a page, on one line. */
interface Paragraph {
  readonly line: number;
  readonly text: string;
}

const startOfItem = /^\s*(?:[-*]|\d+\.)\s+/;

/** Whether a line belongs to no paragraph: a heading, a row of a table, an HTML tag or comment, or an empty line. */
function isSeparator(line: string): boolean {
  return /^\s*(?:$|#{1,6} |\||<)/.test(line);
}

/** Returns the paragraphs and list items of a page, without its code, tables and headings. */
function paragraphsOf(page: string): Paragraph[] {
  const paragraphs: { line: number; text: string }[] = [];
  let isOpen = false;
  let isCode = false;
  for (const [index, line] of page.split('\n').entries()) {
    const isFence = /^\s*```/.test(line);
    if (isFence) isCode = !isCode;
    const continues = isOpen && !startOfItem.test(line);
    isOpen = !isCode && !isFence && !isSeparator(line);
    if (!isOpen) continue;
    const text = line.replace(startOfItem, '').trim();
    const last = paragraphs.at(-1);
    if (continues && last !== undefined) last.text += ` ${text}`;
    else paragraphs.push({ line: index + 1, text });
  }
  return paragraphs;
}

/** Replaces code and the targets of links by one word. */
function readable(text: string): string {
  return text
    .replaceAll(/`[^`]*`/g, 'Code')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, (_, label: string) => (label.includes('/') ? 'Code' : label))
    .replaceAll(/\*\*|__/g, '');
}

/** Returns the sentences of a paragraph. A colon that a capital follows ends none. */
function sentencesOf(text: string): string[] {
  return readable(text)
    .split(/(?<=[.!?]\)?) +(?=[A-Z\d"“(])/)
    .filter((sentence) => sentence.trim() !== '');
}

function wordsOf(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;
}

/** Returns one line for each sentence or paragraph of a page that is too long. */
export function proseFaults(file: string, page: string): string[] {
  return paragraphsOf(page).flatMap(({ line, text }) => {
    const sentences = sentencesOf(text);
    const long = sentences.filter((sentence) => wordsOf(sentence) > maxWords);
    return [
      ...long.map((sentence) => `${file}:${line}: ${wordsOf(sentence)} words, at most ${maxWords}: ${sentence}`),
      ...(sentences.length > maxSentences
        ? [`${file}:${line}: a paragraph of ${sentences.length} sentences, at most ${maxSentences}`]
        : []),
    ];
  });
}

/** Fails if a page contains a sentence of more than 25 words, or a paragraph of more than three sentences. */
export async function prose(): Promise<Outcome> {
  const excluded = unscanned.map((pattern) => `:(exclude)${pattern}`);
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', '*.md', ...excluded];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
  const faults = files.flatMap((file) => proseFaults(file, readFileSync(join(root, file), 'utf8')));
  return faults.length === 0 ? passed() : failed(faults.join('\n'));
}
