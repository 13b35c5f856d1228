import { styleText } from 'node:util';
import { faultsOf } from '../faults.ts';
import type { Answer, Outcome } from '../question.ts';
import { type Cells, columns, duration, layOut, width, wrap, wrapChallenge } from './layout.ts';

const statusTexts: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Unavailable',
};

const detailIndent = ' '.repeat(8);

/** Prints what happens as it happens, and remembers what was not as expected. */
export class Narrator {
  readonly #print: (line: string) => void;
  readonly #faults: string[] = [];
  #requests = 0;
  #chapters = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** What did not come out as it has to. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** All requests that were answered so far. */
  get requests(): number {
    return this.#requests;
  }

  /** Begins a part of the story, and its table. */
  chapter(title: string, text: string): void {
    this.#chapters += 1;
    this.text('', styleText('bold', `${this.#chapters}. ${title}`), ...wrap(text, ''), '');
    this.text(styleText('dim', layOut(columns.map(({ title: name }) => name) as unknown as Cells)));
    this.text(styleText('dim', '-'.repeat(width)));
  }

  /** Prints lines as they are. */
  readonly text = (...lines: readonly string[]): void => {
    for (const line of lines) this.#print(line);
  };

  /** Prints a remark between two rows of the table. */
  remark(text: string): void {
    const [first = '', ...more] = wrap(text, '  ');
    this.text(styleText('dim', `*${first.slice(1)}`), ...more.map((line) => styleText('dim', line)));
  }

  /** Prints the rows of an outcome, the challenge under them, and whatever was not as expected. */
  outcome(outcome: Outcome): void {
    const { answers } = outcome;
    for (const [index, answer] of answers.entries()) {
      this.text(layOut(cellsOf(outcome, answer, index === 0), colourOf(answer)));
      this.#requests += answer.requests;
    }
    this.#details(answers[0]);
    for (const fault of faultsOf(outcome)) this.#fault(outcome, fault);
  }

  #details(answer: Answer | undefined): void {
    const { challenge, retryAfter } = answer ?? {};
    const lines = [
      ...(challenge === undefined ? [] : wrapChallenge(`WWW-Authenticate: ${challenge}`, detailIndent)),
      ...(retryAfter === undefined ? [] : [`${detailIndent}Retry-After: ${retryAfter}`]),
    ];
    this.text(...lines.map((line) => styleText('dim', line)));
  }

  #fault({ question }: Outcome, fault: string): void {
    this.#faults.push(`${question.who}, ${requestOf(question)}, token ${question.label}: ${fault}`);
    this.text(styleText('red', `${detailIndent}NOT AS EXPECTED: ${fault}`));
  }
}

function cellsOf({ question, contacts }: Outcome, answer: Answer, isFirst: boolean): Cells {
  const { requests, status } = answer;
  const asked = `${requests > 1 ? `${requests} ` : ''}${requestOf(question)}`;
  const result = `${requests > 1 ? `${requests} x ` : ''}${status} ${statusTexts[status] ?? ''}`;
  const times = contacts.length === 0 ? '0' : `${contacts.length}: ${contacts.join(', ')}`;
  const common = isFirst ? [question.who, asked, question.label, times] : ['', '', '', ''];
  const [who = '', what = '', token = '', issuer = ''] = common;
  return [who, what, token, answer.api, result, duration(answer.milliseconds), issuer];
}

function requestOf({ method = 'GET', path }: Outcome['question']): string {
  return `${method} ${path}`;
}

function colourOf({ status }: Answer): (column: string, text: string) => string {
  const colour = status < 300 ? 'green' : status < 500 ? 'yellow' : 'red';
  return (column, text) => (column === 'answer' ? styleText(colour, text) : text);
}
