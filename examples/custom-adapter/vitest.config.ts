import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('custom-adapter', { folder: import.meta.dirname });
