import { styleText } from 'node:util';
import type { Answer, Outcome } from '../demo-request.ts';
import { mismatchesOf } from '../mismatches.ts';
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

/** Prints outcomes as they arrive, and collects the mismatches. */
export class Report {
  readonly #print: (line: string) => void;
  readonly #mismatches: string[] = [];
  #requests = 0;
  #sections = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** The differences between outcomes and expectations. */
  get mismatches(): readonly string[] {
    return this.#mismatches;
  }

  /** The number of requests so far. */
  get requests(): number {
    return this.#requests;
  }

  /** Prints the heading of a section and of its table. */
  beginSection(title: string, text: string): void {
    this.#sections += 1;
    this.printLines('', styleText('bold', `${this.#sections}. ${title}`), ...wrap(text, ''), '');
    this.printLines(styleText('dim', layOut(columns.map(({ title: name }) => name) as unknown as Cells)));
    this.printLines(styleText('dim', '-'.repeat(width)));
  }

  /** Prints lines unchanged. */
  readonly printLines = (...lines: readonly string[]): void => {
    for (const line of lines) this.#print(line);
  };

  /** Prints a remark between two rows of the table. */
  printRemark(text: string): void {
    const [first = '', ...more] = wrap(text, '  ');
    this.printLines(styleText('dim', `*${first.slice(1)}`), ...more.map((line) => styleText('dim', line)));
  }

  /** Prints the rows of an outcome, then its challenge and its mismatches. */
  addOutcome(outcome: Outcome): void {
    const { answers } = outcome;
    for (const [index, answer] of answers.entries()) {
      this.printLines(layOut(cellsOf(outcome, answer, index === 0), colourOf(answer)));
      this.#requests += answer.requests;
    }
    this.#printDetails(answers[0]);
    for (const mismatch of mismatchesOf(outcome)) this.#addMismatch(outcome, mismatch);
  }

  #printDetails(answer: Answer | undefined): void {
    const { challenge, retryAfter } = answer ?? {};
    const lines = [
      ...(challenge === undefined ? [] : wrapChallenge(`WWW-Authenticate: ${challenge}`, detailIndent)),
      ...(retryAfter === undefined ? [] : [`${detailIndent}Retry-After: ${retryAfter}`]),
    ];
    this.printLines(...lines.map((line) => styleText('dim', line)));
  }

  #addMismatch({ request }: Outcome, mismatch: string): void {
    this.#mismatches.push(`${request.client}, ${routeOf(request)}, token ${request.label}: ${mismatch}`);
    this.printLines(styleText('red', `${detailIndent}MISMATCH: ${mismatch}`));
  }
}

function cellsOf({ request, fetches }: Outcome, answer: Answer, isFirst: boolean): Cells {
  const { requests, status } = answer;
  const route = `${requests > 1 ? `${requests} ` : ''}${routeOf(request)}`;
  const result = `${requests > 1 ? `${requests} x ` : ''}${status} ${statusTexts[status] ?? ''}`;
  const fetched = fetches.length === 0 ? '0' : `${fetches.length}: ${fetches.join(', ')}`;
  const common = isFirst ? [request.client, route, request.label, fetched] : [];
  const [client = '', sent = '', token = '', issuer = ''] = common;
  return [client, sent, token, answer.api, result, duration(answer.milliseconds), issuer];
}

function routeOf({ method = 'GET', path }: Outcome['request']): string {
  return `${method} ${path}`;
}

function colourOf({ status }: Answer): (column: string, text: string) => string {
  const colour = status < 300 ? 'green' : status < 500 ? 'yellow' : 'red';
  return (column, text) => (column === 'answer' ? styleText(colour, text) : text);
}
