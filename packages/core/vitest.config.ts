import { fileURLToPath } from 'node:url';
import { packageTests } from '../../scripts/vitest.ts';

export default packageTests('core', {
  '#runtime': fileURLToPath(new URL('src/runtime/node.ts', import.meta.url)),
});
