import { expect, it } from 'vitest';
import { countMissing } from '../test-run.ts';

it('counts the skipped tests of each program that is not installed', () => {
  const nginx = 'a proxy (needs nginx, Debian package nginx-light) answers';
  const assertionResults = [
    { status: 'skipped', fullName: nginx },
    { status: 'pending', fullName: nginx },
    { status: 'passed', fullName: nginx },
    { status: 'failed', fullName: nginx },
    { status: 'skipped', fullName: 'another test' },
    { status: 'skipped', fullName: 'a cache (needs redis-server, Debian package redis) stores' },
  ];
  expect(countMissing([{ assertionResults }, { assertionResults: [] }])).toEqual({
    'nginx, Debian package nginx-light': 2,
    'redis-server, Debian package redis': 1,
  });
});
