import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The tests that must notice a mutant. Stryker copies this folder, so this file imports nothing from outside it.
export default defineConfig({
  resolve: { alias: { '#runtime': fileURLToPath(new URL('src/runtime/node.ts', import.meta.url)) } },
  test: {
    environment: 'node',
    include: [
      'test/{token,request,id-token,authorization,runtime}/**/*.test.ts',
      'test/binding/{dpop-answers,dpop-edges,dpop-guards,dpop-proofs,dpop-replay,dpop-target,dpop-vectors}.test.ts',
      'test/binding/{dpop-bare-token,dpop-warnings,mtls-connection,mtls-header}.test.ts',
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
