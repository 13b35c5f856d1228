import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('example-custom-adapter', {
  folder: import.meta.dirname,
  lanes: { proxies: ['test/nginx.test.ts'] },
});
