import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ErrorRow, readDocumentedTable, readErrorTable } from './error-table.ts';

const document = new URL('../../../../docs/errors.md', import.meta.url);

describe('docs/errors.md', () => {
  let documented: ErrorRow[] = [];

  beforeAll(async () => {
    documented = readDocumentedTable(await readFile(document, 'utf8'));
  });

  it('[ERRORS-DOCUMENTED] has a row for every code, with its class and status', () => {
    for (const row of readErrorTable()) expect(documented).toContainEqual(row);
  });

  it('[ERRORS-DOCUMENTED] has no other row, and none twice', () => {
    const codes = documented.map(({ code }) => code);
    expect(codes.toSorted()).toEqual(
      readErrorTable()
        .map(({ code }) => code)
        .toSorted(),
    );
  });
});
