import type { Answer } from '../answer.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Recipe } from '../forge.ts';

/** Rows of a table: name, section, token. */
export type TokenRow = readonly [name: string, spec: string, recipe: Recipe];

/** Cases that send a token to `/protected` and all expect one answer. */
export function tokenCases(group: string, expected: Answer, rows: readonly TokenRow[]): ConformanceCase[] {
  return rows.map(([name, spec, recipe]) => ({
    id: `${group}/${name}`,
    spec,
    headers: (forge) => [['Authorization', `Bearer ${recipe(forge)}`]],
    expected,
  }));
}
