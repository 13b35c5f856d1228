import { generateKeyPairSync, sign } from 'node:crypto';
import type { Verifier } from '@verifier/core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { codeBlockWith } from '../src/code-blocks.ts';
import { writeProgram } from '../src/compile-blocks.ts';

it('the verifier with a PEM file in docs/migration.md verifies tokens that name its key', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  vi.stubEnv('PUBLIC_KEY', publicKey.export({ format: 'pem', type: 'spki' }).toString());
  const program = await writeProgram(codeBlockWith('docs/migration.md', 'createPublicKey'));
  onTestFinished(() => program.remove());
  const { verifier }: { verifier: Verifier } = await import(program.file);

  const verify = async (header: object, claims: object = {}): Promise<string | undefined> => {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: 'https://issuer.example',
      aud: 'api://orders',
      sub: 'alice',
      iat: now,
      exp: now + 60,
      ...claims,
    };
    const input = `${encode({ alg: 'RS256', ...header })}.${encode(all)}`;
    const signature = sign('sha256', Buffer.from(input), privateKey).toString('base64url');
    const result = verifier.verify(`${input}.${signature}`);
    return result.then(
      ({ subject }) => subject,
      ({ code }) => code,
    );
  };

  expect(await verify({ kid: 'key-1' })).toBe('alice');
  expect(await verify({ kid: 'key-2' })).toBe('ERR_KEY_NOT_FOUND');
  // The claims that the first table of the page names.
  const inTenYears = Math.floor(Date.now() / 1000) + 315_360_000;
  expect(await verify({ kid: 'key-1' }, { iat: inTenYears })).toBe('alice');
  expect(await verify({ kid: 'key-1' }, { sub: 42 })).toBe('ERR_CLAIM_INVALID');
  expect(await verify({ kid: 'key-1' }, { exp: undefined })).toBe('ERR_CLAIM_MISSING');
  expect(await verify({ kid: 'key-1' }, { nonce: 'n' })).toBe('ERR_TOKEN_TYPE');
  await verifier.close();
});
