import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('hono', {
  folder: import.meta.dirname,
  lanes: {
    processes: ['test/{mistakes,process}.test.ts'],
    proxies: ['test/nginx.test.ts'],
    runtimes: ['test/runtimes.test.ts', 'test/debug.test.ts'],
    types: ['test/types.test.ts'],
  },
});
