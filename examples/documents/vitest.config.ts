import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('example-documents', {
  folder: import.meta.dirname,
  lanes: {
    processes: [
      'test/{documents,cors,docker,frameworks,issuers,key-types,logs,mcp,migration,observability,rate-limits,serverless,testing}.test.ts',
    ],
  },
});
