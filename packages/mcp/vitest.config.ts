import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('mcp', { folder: import.meta.dirname });
