import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('opentelemetry', {
  folder: import.meta.dirname,
  lanes: { processes: ['test/process.test.ts'], types: ['test/types.test.ts'] },
});
