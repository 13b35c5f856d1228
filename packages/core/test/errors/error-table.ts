import { readFileSync } from 'node:fs';

/** The class and the status of one code. */
export interface ErrorRow {
  readonly code: string;
  readonly name: string;
  /** The HTTP status, or a dash if no request is answered with it. */
  readonly status: string;
}

const classes: Readonly<Record<string, readonly [name: string, status: string]>> = {
  CredentialsMissingCode: ['CredentialsMissingError', '401'],
  RequestErrorCode: ['RequestError', '400'],
  TokenErrorCode: ['TokenError', '401'],
  ProofErrorCode: ['ProofError', '401'],
  AuthenticationErrorCode: ['AuthenticationError', '401'],
  ScopeErrorCode: ['ScopeError', '403'],
  UnavailableErrorCode: ['UnavailableError', '503'],
};

const source = readFileSync(new URL('../../src/errors.ts', import.meta.url), 'utf8');

/** Reads every code of the source of the errors, with its class and status. */
export function readErrorTable(): ErrorRow[] {
  const rows = Object.entries(classes).flatMap(([type, [name, status]]) => {
    const [, union = ''] = new RegExp(`export type ${type} =([^;]+);`).exec(source) ?? [];
    return codesIn(union).map((code) => ({ code, name, status }));
  });
  return [...rows, { code: 'ERR_CONFIG_INVALID', name: 'ConfigurationError', status: '–' }];
}

/** Reads every code that occurs anywhere in the source of the errors. */
export function readAllCodes(): string[] {
  return [...new Set(codesIn(source))];
}

/** Reads the rows of a Markdown document whose first cell is a code. */
export function readDocumentedTable(markdown: string): ErrorRow[] {
  return markdown.split('\n').flatMap((line) => {
    const [code = '', name = '', status = ''] = cellsOf(line);
    return /^`ERR_[A-Z_]+`$/.test(code)
      ? [{ code: plain(code), name: plain(name).replace(/,.*/, ''), status: dashed(plain(status)) }]
      : [];
  });
}

function cellsOf(line: string): string[] {
  return line.startsWith('|')
    ? line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
    : [];
}

function codesIn(text: string): string[] {
  return [...text.matchAll(/'(ERR_[A-Z_]+)'/g)].map(([, code = '']) => code);
}

function plain(cell: string): string {
  return cell.replaceAll('`', '').trim();
}

function dashed(status: string): string {
  return /^[-–—]?$/.test(status) ? '–' : status;
}
