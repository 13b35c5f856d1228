import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('demo', {
  folder: import.meta.dirname,
  lanes: { processes: ['test/{demo,documents,serve}.test.ts'] },
});
