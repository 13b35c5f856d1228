import { packageTests } from './vitest.ts';

export default packageTests('scripts', { folder: import.meta.dirname });
