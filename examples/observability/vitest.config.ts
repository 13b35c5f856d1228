import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('example-observability', {
  folder: import.meta.dirname,
  lanes: { processes: ['test/example.test.ts'] },
});
