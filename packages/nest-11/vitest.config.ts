import { join } from 'node:path';
import { mergeConfig, type Plugin } from 'vitest/config';
import { packageTests } from '../../scripts/vitest.ts';

const here = join(import.meta.dirname, 'package.json');
const tests = join(import.meta.dirname, '..', 'nest', 'test');

/** Has the tests of @verifier/nest find every package where this one has it. */
const withNest11: Plugin = {
  name: 'with-nest-11',
  enforce: 'pre',
  resolveId(source, importer) {
    const isPackage = /^@?[a-z]/.test(source) && !source.startsWith('node:') && !source.startsWith('vitest');
    return isPackage && importer?.startsWith(tests) ? this.resolve(source, here, { skipSelf: true }) : undefined;
  },
};

export default mergeConfig(packageTests('nest-11'), {
  plugins: [withNest11],
  test: {
    globalSetup: './sync-nest.ts',
    // What starts a process of its own, or a compiler, would find NestJS 12 again.
    exclude: ['../nest/test/{process,types}.test.ts'],
    include: ['../nest/test/**/*.test.ts', 'test/**/*.test.ts'],
  },
});
