import { describe, expect, it } from 'vitest';
import { codeBlocksIn } from '../src/code-blocks.ts';
import { compileBlocks } from '../src/compile-blocks.ts';

const block = (code: string) => codeBlocksIn('page.md', `\`\`\`ts\n${code}\n\`\`\`\n`);

const nodeKey = `import { generateKeyPairSync } from 'node:crypto';
  import { createVerifier } from '@verifier/core';
  const { publicKey } = generateKeyPairSync('ed25519');
  const jwk = publicKey.export({ format: 'jwk' });
  const keys = [jwk, { ...jwk, kid: '1', alg: 'EdDSA', use: 'sig' }];
  createVerifier({ issuer: 'https://issuer.example', audience: 'api://orders', jwks: { keys } });`;

const webKey = `import { createVerifier } from '@verifier/core';
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('publicKey' in pair)) throw new Error('not a pair');
  const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey);
  createVerifier({ issuer: 'https://issuer.example', audience: 'api://orders', jwks: { keys: [jwk] } });`;

const documentOfIssuer = `import { createVerifier } from '@verifier/core';
  const member = { kty: 'OKP', crv: 'Ed25519', x: '…', kid: null, x5c: [], 'custom': { since: 2026 } };
  createVerifier({ issuer: 'https://issuer.example', audience: 'api://orders', jwks: { keys: [member] } });`;

describe('a key for the option jwks compiles', () => {
  it.each([
    ['as Node.js exports it, with the types of its oldest version', nodeKey, {}],
    ['as Node.js exports it, with the types of its newest version', nodeKey, { types: ['types-node-26'] }],
    ['as WebCrypto exports it', webKey, { types: [], lib: ['es2023', 'dom'] }],
    ['as WebCrypto exports it in Node.js', webKey, { types: ['types-node-26'] }],
    ['with members that an issuer added', documentOfIssuer, {}],
  ])('%s', { timeout: 60_000 }, async (_name, code, settings) => {
    expect(await compileBlocks(block(code), settings)).toEqual([]);
  });
});
