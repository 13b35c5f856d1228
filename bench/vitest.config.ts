import { packageTests } from '../scripts/vitest.ts';

export default packageTests('bench', { folder: import.meta.dirname });
