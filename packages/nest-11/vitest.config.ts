import { join } from 'node:path';
import type { Plugin } from 'vitest/config';
import { packageTests } from '../../scripts/vitest.ts';

const here = join(import.meta.dirname, 'package.json');
const tests = join(import.meta.dirname, '..', 'nest', 'test');

/** Resolves every package that the tests of @verifier/nest import from this package's dependencies. */
const withNest11: Plugin = {
  name: 'with-nest-11',
  enforce: 'pre',
  resolveId(source, importer) {
    const isPackage = /^@?[a-z]/.test(source) && !source.startsWith('node:') && !source.startsWith('vitest');
    return isPackage && importer?.startsWith(tests) ? this.resolve(source, here, { skipSelf: true }) : undefined;
  },
};

export default packageTests('nest-11', {
  folder: import.meta.dirname,
  // Tests that start a process or a compiler would resolve NestJS 12 again.
  tests: ['test/**/*.test.ts', '../nest/test/**/!(mistakes|process|types).test.ts'],
  lanes: { processes: ['test/jest.test.ts'] },
  settings: { plugins: [withNest11], test: { globalSetup: join(import.meta.dirname, 'sync-nest.ts') } },
});
