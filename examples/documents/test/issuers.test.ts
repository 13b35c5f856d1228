import { generateKeyPairSync, sign } from 'node:crypto';
import { createVerifier, fromFetchRequest, type Requirements, type VerifierOptions } from '@verifier/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeBlockWith } from '../src/code-blocks.ts';
import { writeProgram } from '../src/compile-blocks.ts';

const now = Math.floor(Date.now() / 1000);
const times = { iat: now - 10, exp: now + 300 };
const directory = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const application = '6e74172b-be56-4843-9ff4-e66a39bb12e3';

const keys = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
type Algorithm = keyof typeof keys;

function signToken(alg: Algorithm, claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg, kid: 'key-1', typ: 'JWT' })}.${encode(claims)}`;
  const key = { key: keys[alg].privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), key).toString('base64url')}`;
}

/** Imports an export of a code block. */
async function importFrom(name: string): Promise<unknown> {
  const program = await writeProgram(codeBlockWith('docs/issuers.md', `export const ${name}`));
  onTestFinished(() => program.remove());
  return Object(await import(program.file))[name];
}

/** Returns the same options with given keys, so that nothing is fetched. */
function withKeys(options: VerifierOptions, alg: Algorithm): VerifierOptions {
  const jwks = { keys: [{ ...keys[alg].publicKey.export({ format: 'jwk' }), kid: 'key-1' }] };
  if (options.issuers === undefined) {
    const { jwksUri: _, metadataUri: __, ...others } = options;
    return { ...others, jwks };
  }
  const { issuers } = options;
  if (typeof issuers !== 'function') throw new Error('The options have a list of issuers');
  return {
    ...options,
    issuers: async (issuer) => {
      const found = await issuers(issuer);
      return found ? { ...found, jwks } : undefined;
    },
  };
}

interface Case {
  /** The claims of a token, as the issuer documents them. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly alg: Algorithm;
  /** The header of the token, if it is not `Authorization`. */
  readonly header?: string;
  /** The requirements that the token meets. */
  readonly requirements?: Requirements;
  /** Claims of a token that must be refused. */
  readonly refused: Readonly<Record<string, unknown>>;
}

const cases: Readonly<Record<string, Case>> = {
  betterAuth: {
    claims: { ...times, iss: 'https://app.example', aud: 'https://app.example', sub: 'u1', email: 'a@app.example' },
    alg: 'EdDSA',
    refused: { aud: 'https://other.example' },
  },
  clerk: {
    claims: {
      ...times,
      iss: 'https://clerk.example.com',
      azp: 'https://app.example.com',
      nbf: now - 20,
      sid: 'sess_1',
      sub: 'user_1',
      fva: [7, -1],
      v: 2,
    },
    alg: 'RS256',
    refused: { azp: 'https://evil.example.com' },
  },
  cloudflareAccess: {
    claims: {
      ...times,
      iss: 'https://example.cloudflareaccess.com',
      aud: ['32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228'],
      nbf: now - 10,
      type: 'app',
      identity_nonce: '6ei69kawdKzMIAPF',
      email: 'alice@example.com',
      sub: '7335d417-61da-459d-899c-0a01c76a2f94',
      country: 'US',
    },
    alg: 'RS256',
    header: 'Cf-Access-Jwt-Assertion',
    refused: { aud: ['another application'] },
  },
  identityAwareProxy: {
    claims: {
      ...times,
      iss: 'https://cloud.google.com/iap',
      aud: '/projects/123456789/global/backendServices/987654321',
      sub: 'accounts.google.com:118133858486581853996',
      email: 'alice@example.com',
    },
    alg: 'ES256',
    header: 'X-Goog-IAP-JWT-Assertion',
    refused: { aud: '/projects/1/global/backendServices/2' },
  },
  openAuth: {
    claims: {
      exp: times.exp,
      iss: 'https://auth.example.com',
      aud: 'web',
      sub: 'user:0123456789abcdef',
      mode: 'access',
      type: 'user',
      properties: { userID: '1', email: 'alice@example.com' },
      scopes: ['orders:read'],
    },
    alg: 'ES256',
    requirements: { scope: 'orders:read' },
    refused: { aud: 'other' },
  },
  supabase: {
    claims: {
      ...times,
      iss: 'https://project.supabase.co/auth/v1',
      aud: 'authenticated',
      role: 'authenticated',
      sub: '0b4f3a0e-7a3c-4f4e-9c1d-0d2f7b6f1c11',
      aal: 'aal1',
      session_id: '1f4f3a0e-7a3c-4f4e-9c1d-0d2f7b6f1c11',
      email: 'alice@example.com',
      is_anonymous: false,
    },
    alg: 'ES256',
    requirements: { role: 'authenticated' },
    refused: { iss: 'https://other.supabase.co/auth/v1' },
  },
  zitadel: {
    claims: {
      ...times,
      iss: 'https://example.zitadel.cloud',
      aud: ['170086824411201793', '69234237810729019'],
      azp: '170086824411201793',
      sub: '170086774599581953',
      jti: 'V2-1',
    },
    alg: 'RS256',
    refused: { aud: ['170086824411201793'] },
  },
  entraTenants: {
    claims: {
      ...times,
      iss: `https://login.microsoftonline.com/${directory}/v2.0`,
      aud: application,
      azp: 'd4d54cf1-2d6d-4d5e-9b5f-3a4d7c7ad3f1',
      scp: 'orders.read',
      tid: directory,
      ver: '2.0',
    },
    alg: 'RS256',
    requirements: { scope: 'orders.read' },
    refused: { iss: 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0' },
  },
  adfs: {
    claims: {
      ...times,
      iss: 'http://adfs.example/adfs/services/trust',
      aud: 'https://orders.example',
      apptype: 'Confidential',
      appid: 'd4d54cf1-2d6d-4d5e-9b5f-3a4d7c7ad3f1',
      scp: 'orders.read',
      ver: '1.0',
    },
    alg: 'RS256',
    requirements: { scope: 'orders.read' },
    refused: { aud: 'microsoft:identityserver:d4d54cf1-2d6d-4d5e-9b5f-3a4d7c7ad3f1' },
  },
  azureB2c: {
    claims: {
      ...times,
      iss: 'https://example.b2clogin.com/11111111-2222-3333-4444-555555555555/v2.0/',
      aud: application,
      azp: 'd4d54cf1-2d6d-4d5e-9b5f-3a4d7c7ad3f1',
      scp: 'orders.read',
      nonce: '1',
      ver: '1.0',
    },
    alg: 'RS256',
    requirements: { scope: 'orders.read' },
    refused: { aud: 'd4d54cf1-2d6d-4d5e-9b5f-3a4d7c7ad3f1' },
  },
};

describe.each(Object.entries(cases))('the options %s in docs/issuers.md', (name, { claims, alg, ...example }) => {
  it('accept a token as the issuer documents it, and no token for another API', async () => {
    const options = (await importFrom(name)) as VerifierOptions;
    const verifier = createVerifier(withKeys(options, alg));
    const authenticate = async (overrides: object): Promise<string> => {
      const token = signToken(alg, { ...claims, ...overrides });
      const { header } = example;
      const headers = header === undefined ? { authorization: `Bearer ${token}` } : { [header]: token };
      const request = fromFetchRequest(new Request('https://api.example', { headers }));
      const result = await verifier.authenticate(request, example.requirements ?? {});
      return result.ok ? `${result.auth?.issuer}` : result.error.code;
    };
    expect(await authenticate({})).toBe(claims['iss']);
    expect(await authenticate(example.refused)).toMatch(
      /^ERR_(AUDIENCE_MISMATCH|CLAIM_INVALID|CLAIM_MISSING|ISSUER_UNKNOWN)$/,
    );
    await verifier.close();
  });

  it('are accepted as they are', async () => {
    const verifier = createVerifier((await importFrom(name)) as VerifierOptions);
    await verifier.close();
  });
});

it('the requirement isAdmin in docs/issuers.md compares names of roles', async () => {
  const isAdmin = (await importFrom('isAdmin')) as Requirements;
  const { claims } = cases['zitadel'] ?? {};
  const options = (await importFrom('zitadel')) as VerifierOptions;
  const verifier = createVerifier(withKeys(options, 'RS256'));
  const verify = (roles: unknown): Promise<unknown> =>
    verifier.verify(signToken('RS256', { ...claims, 'urn:zitadel:iam:org:project:roles': roles }), isAdmin);
  await expect(verify({ admin: { '1': 'example.zitadel.cloud' } })).resolves.toBeDefined();
  await expect(verify({ reader: {} })).rejects.toMatchObject({ code: 'ERR_CLAIMS_INSUFFICIENT' });
  await expect(verify(undefined)).rejects.toMatchObject({ code: 'ERR_CLAIMS_INSUFFICIENT' });
  await verifier.close();
});
