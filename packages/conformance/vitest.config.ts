import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('conformance', { folder: import.meta.dirname });
