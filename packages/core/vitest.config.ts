import { fileURLToPath } from 'node:url';
import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('core', {
  folder: import.meta.dirname,
  fastPool: 'vmForks',
  lanes: {
    attacks: ['test/attacks/*.test.ts', 'test/security/leaks.test.ts'],
    random: [
      'test/runtime/differential.test.ts',
      'test/security/{cache-oracle,client-eye,interleavings,key-set-differential}.test.ts',
      'test/id-token/one-purpose.test.ts',
      'test/keys/remote-key-source.test.ts',
      'test/token/parser-properties.test.ts',
    ],
    processes: ['test/process/*.test.ts'],
    fleets: ['test/keys/{fleet,made-up-tenants,tenants}.test.ts'],
  },
  settings: {
    resolve: { alias: { '#runtime': fileURLToPath(new URL('src/runtime/node.ts', import.meta.url)) } },
  },
});
