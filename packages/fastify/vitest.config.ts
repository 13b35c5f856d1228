import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('fastify', {
  folder: import.meta.dirname,
  lanes: {
    processes: ['test/{mistakes,process}.test.ts'],
    proxies: ['test/nginx.test.ts'],
    types: ['test/types.test.ts'],
  },
});
