import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('example-documents', {
  folder: import.meta.dirname,
  lanes: { processes: ['test/{documents,serverless,docker,logs,rate-limits,cors}.test.ts'] },
});
