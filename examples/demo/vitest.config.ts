import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('example-demo', {
  folder: import.meta.dirname,
  lanes: { processes: ['test/{demo,documents,serve}.test.ts'] },
});
