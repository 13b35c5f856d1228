import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// What mutants are judged by. It stands in a copy of this folder then, and imports nothing from beyond it.
export default defineConfig({
  resolve: { alias: { '#runtime': fileURLToPath(new URL('src/runtime/node.ts', import.meta.url)) } },
  test: {
    environment: 'node',
    include: [
      'test/{token,request,id-token,authorization,runtime}/**/*.test.ts',
      'test/keys/{jwk,key-set,weak-keys}.test.ts',
      'test/errors/messages.test.ts',
      'test/verifier/application-functions.test.ts',
      'test/{guard,requirements}.test.ts',
    ],
    env: { VERIFIER_TOKENS: '300' },
    testTimeout: 20_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
