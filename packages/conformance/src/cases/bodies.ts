import type { ConformanceCase } from '../conformance-case.ts';
import { anonymous, invalid } from '../expected-answers.ts';

const spec = 'docs/adapters.md: authenticate before the body is read';
const json = ['Content-Type', 'application/json'] as const;

/** Requests with a body that no framework can parse. The application has no need to accept the method. */
export const bodyCases: readonly ConformanceCase[] = [
  { id: 'bodies/malformed', spec, method: 'POST', headers: [json], body: '{', expected: anonymous },
  {
    id: 'bodies/malformed-with-an-invalid-token',
    spec,
    method: 'POST',
    headers: [json, ['Authorization', 'Bearer nonsense']],
    body: '{',
    expected: invalid,
  },
  {
    id: 'bodies/unknown-type',
    spec,
    method: 'POST',
    headers: [['Content-Type', 'application/x-unknown']],
    body: 'x',
    expected: anonymous,
  },
];
