import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Prometheus, QueryRange } from '@verifier/test-issuer';
import { readFirings } from './alert-states.ts';
import { recordDashboard } from './picture/record-dashboard.ts';
import { drawRow } from './picture/row-picture.ts';

/** The rows of the dashboard about what the API of this example does not have: it accepts bearer tokens only. */
export const unusedRows: readonly string[] = ['Proofs'];

/** Draws each row of the dashboard from the recorded series, and writes it to a folder. Returns the names of the files. */
export async function writePictures(prometheus: Prometheus, range: QueryRange, folder: string): Promise<string[]> {
  const { start, end, step } = range;
  const firings = await readFirings(prometheus, range);
  const bands = firings.map(({ name, firedAt, resolvedAt }) => ({
    name,
    from: firedAt - start,
    to: (resolvedAt ?? end) - start,
  }));
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const row of await recordDashboard(prometheus, range)) {
    if (unusedRows.includes(row.title)) continue;
    const file = `${row.title.toLowerCase()}.svg`;
    await writeFile(join(folder, file), drawRow(row, { length: end - start, step, bands }));
    files.push(file);
  }
  return files;
}
