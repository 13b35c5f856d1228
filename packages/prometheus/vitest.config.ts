import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('prometheus', {
  folder: import.meta.dirname,
  lanes: {
    attacks: ['test/{attacks,made-up-issuers}.test.ts'],
    processes: ['test/cluster.test.ts'],
    types: ['test/types.test.ts'],
    programs: ['test/{prometheus-server,rules}.test.ts'],
  },
});
