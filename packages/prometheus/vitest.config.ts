import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('prometheus', {
  folder: import.meta.dirname,
  lanes: {
    processes: ['test/cluster.test.ts'],
    programs: ['test/{prometheus-server,rules}.test.ts'],
  },
});
