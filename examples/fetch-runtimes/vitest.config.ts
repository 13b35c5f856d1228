import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('example-fetch-runtimes', { folder: import.meta.dirname });
