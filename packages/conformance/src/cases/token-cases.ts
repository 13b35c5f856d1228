import type { Answer } from '../answer.ts';
import type { Profile } from '../app.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { TokenBuilder } from '../token-builder.ts';

/** A row of a table of cases: name, section, token, and the application unless it is `default`. */
export type TokenRow = readonly [name: string, spec: string, build: TokenBuilder, profile?: Profile];

/** Returns cases that send a token to `/protected` and all expect the same answer. */
export function tokenCases(group: string, expected: Answer, rows: readonly TokenRow[]): ConformanceCase[] {
  return rows.map(([name, spec, build, profile = 'default']) => ({
    id: `${group}/${name}`,
    spec,
    profile,
    headers: (context) => [['Authorization', `Bearer ${build(context)}`]],
    expected,
  }));
}
