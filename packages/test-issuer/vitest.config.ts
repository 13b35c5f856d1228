import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('test-issuer', { folder: import.meta.dirname });
