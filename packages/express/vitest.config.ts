import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('express', {
  folder: import.meta.dirname,
  lanes: {
    processes: ['test/{mistakes,process}.test.ts'],
    proxies: ['test/{forward-auth,nginx}.test.ts'],
    types: ['test/types.test.ts'],
  },
});
