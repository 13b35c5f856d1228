import { generateSigningKey } from '@verifier/test-issuer';
import { expired, granted, insufficient, invalid, malformed, unauthorized } from '../expectations.ts';
import type { Question } from '../question.ts';
import type { Stage } from './story.ts';

/** Which requests pass, which do not, and what the others are told. */
export async function whoGetsIn(stage: Stage): Promise<void> {
  stage.narrator.chapter(
    'Who gets in',
    'Two clients obtained tokens from the issuer, the authorization server: "reader" for the scope orders:read, ' +
      '"writer" for orders:write. The last column counts how often the API asked the issuer: for the first token it ' +
      'fetches metadata and key set, and no other request waits for the network.',
  );
  const tokens = await obtainTokens(stage);
  for (const question of questions(tokens)) await stage.ask(question);
}

interface Tokens {
  readonly reader: string;
  readonly writer: string;
  readonly elsewhere: string;
  readonly altered: string;
  readonly forged: string;
  readonly expired: string;
}

async function obtainTokens(stage: Stage): Promise<Tokens> {
  const { issuer } = stage.setting;
  const reader = await stage.obtain('reader', 'orders:read');
  const stranger = await generateSigningKey('RS256', 'key-1');
  return {
    reader,
    writer: await stage.obtain('writer', 'orders:write'),
    elsewhere: await stage.obtain('reader', 'orders:read', 'api://billing'),
    altered: withScope(reader, 'orders:write'),
    forged: await issuer.sign({ scope: 'orders:write' }, { key: stranger.privateKey }),
    expired: await issuer.sign({ scope: 'orders:read', exp: Math.floor(Date.now() / 1000) - 60 }),
  };
}

// What an attacker would do with a text editor: other claims under the same signature.
function withScope(token: string, scope: string): string {
  const [header, claims = '', signature] = token.split('.');
  const original: object = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const altered = Buffer.from(JSON.stringify({ ...original, scope })).toString('base64url');
  return [header, altered, signature].join('.');
}

function questions(tokens: Tokens): Question[] {
  const { reader, writer } = tokens;
  const orders = { path: '/orders', who: 'reader' };
  const order = { ...orders, method: 'POST' } as const;
  return [
    { who: 'anyone', path: '/health', label: 'none', expected: granted() },
    { who: 'anyone', path: '/profile', label: 'none', expected: unauthorized },
    { who: 'anyone', path: '/profile', label: 'not a token', token: () => '"?"', expected: malformed },
    {
      who: 'reader',
      path: '/profile',
      label: 'orders:read',
      token: () => reader,
      expected: granted(['metadata', 'keys']),
    },
    { ...orders, label: 'orders:read', token: () => reader, expected: granted() },
    { ...order, label: 'orders:read', token: () => reader, expected: insufficient('orders:write') },
    { ...order, who: 'writer', label: 'orders:write', token: () => writer, expected: granted([], 201) },
    { ...orders, label: 'for api://billing', token: () => tokens.elsewhere, expected: invalid() },
    { ...order, label: 'its scope altered', token: () => tokens.altered, expected: invalid() },
    { ...order, label: 'signed by another', token: () => tokens.forged, expected: invalid() },
    { ...orders, label: 'expired', token: () => tokens.expired, expected: expired },
  ];
}
