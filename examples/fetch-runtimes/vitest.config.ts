import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('fetch-runtimes', { folder: import.meta.dirname });
