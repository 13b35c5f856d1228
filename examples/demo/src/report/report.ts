import { styleText } from 'node:util';
import type { Answer, Outcome } from '../demo-request.ts';
import type { LoggedExchange } from '../mcp/exchange-log.ts';
import { mismatchesOf } from '../mismatches.ts';
import { type Cells, columns, duration, layOut, width, wrap, wrapChallenge } from './layout.ts';

const statusTexts: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  503: 'Unavailable',
};

const detailIndent = ' '.repeat(8);

// The longest path in a story fits.
const storyWidth = 50;

/** A step of a client that sends its requests by itself. */
export interface Step {
  readonly title: string;
  readonly exchanges: readonly LoggedExchange[];
  readonly expected: string;
  readonly outcome: string;
}

type Details = Partial<Pick<Answer, 'challenge' | 'retryAfter'>>;

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

  /** Prints the heading of a section whose parts are steps. */
  beginStory(title: string, text: string): void {
    this.#sections += 1;
    this.printLines('', styleText('bold', `${this.#sections}. ${title}`), ...wrap(text, ''), '');
  }

  /** Prints the heading of a section and of its table. */
  beginSection(title: string, text: string): void {
    this.beginStory(title, text);
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
      this.printLines(layOut(cellsOf(outcome, answer, index === 0), paintAnswer(answer)));
      this.#requests += answer.requests;
    }
    this.#printDetails(answers[0]);
    const { client, label } = outcome.request;
    const place = `${client}, ${routeOf(outcome.request)}, token ${label}`;
    for (const mismatch of mismatchesOf(outcome)) this.#addMismatch(place, mismatch);
  }

  /** Prints a step, its requests with their answers, and its mismatch. */
  addStep({ title, exchanges, expected, outcome }: Step): void {
    this.printLines(title);
    for (const exchange of exchanges) {
      const { request, status } = exchange;
      const answer = styleText(colourOf(status), `${status} ${statusTexts[status] ?? ''}`.trimEnd());
      this.printLines(`  ${request.padEnd(storyWidth)}  ${answer}`);
      this.#requests += 1;
      this.#printDetails(exchange);
    }
    if (outcome === expected) this.printLines(styleText('dim', `  result: ${outcome}`));
    else this.#addMismatch(title, `the result was ${outcome} instead of ${expected}`);
  }

  #printDetails({ challenge, retryAfter }: Details = {}): void {
    const lines = [
      ...(challenge === undefined ? [] : wrapChallenge(`WWW-Authenticate: ${challenge}`, detailIndent)),
      ...(retryAfter === undefined ? [] : [`${detailIndent}Retry-After: ${retryAfter}`]),
    ];
    this.printLines(...lines.map((line) => styleText('dim', line)));
  }

  #addMismatch(place: string, mismatch: string): void {
    this.#mismatches.push(`${place}: ${mismatch}`);
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

function paintAnswer({ status }: Answer): (column: string, text: string) => string {
  return (column, text) => (column === 'answer' ? styleText(colourOf(status), text) : text);
}

function colourOf(status: number): 'green' | 'yellow' | 'red' {
  return status < 400 ? 'green' : status < 500 ? 'yellow' : 'red';
}
