import { generateSigningKey } from '@verifier/test-issuer';
import type { DemoRequest } from '../demo-request.ts';
import { expired, granted, insufficient, invalid, malformed, unauthorized } from '../expectations.ts';
import type { ScenarioContext } from './scenario-context.ts';

/** Accepted requests, refused requests, and their answers. */
export async function routeAccess(context: ScenarioContext): Promise<void> {
  context.report.beginSection(
    'Access to the routes',
    'Two clients obtained tokens from the issuer, the authorization server: "reader" with the scope orders:read, ' +
      '"writer" with orders:write. The four APIs share one key cache. The last column counts their fetches from the ' +
      'issuer: metadata and key set for the first token, none after that.',
  );
  const tokens = await obtainTokens(context);
  for (const request of requestsWith(tokens)) await context.send(request);
}

interface Tokens {
  readonly reader: string;
  readonly writer: string;
  readonly otherAudience: string;
  readonly altered: string;
  readonly forged: string;
  readonly expired: string;
}

async function obtainTokens(context: ScenarioContext): Promise<Tokens> {
  const { issuer } = context.environment;
  const reader = await context.obtainToken('reader', 'orders:read');
  const attackerKey = await generateSigningKey('RS256', 'key-1');
  return {
    reader,
    writer: await context.obtainToken('writer', 'orders:write'),
    otherAudience: await context.obtainToken('reader', 'orders:read', 'api://billing'),
    altered: withScope(reader, 'orders:write'),
    forged: await issuer.sign({ scope: 'orders:write' }, { key: attackerKey.privateKey }),
    expired: await issuer.sign({ scope: 'orders:read', exp: Math.floor(Date.now() / 1000) - 60 }),
  };
}

// An attacker changes the claims and keeps the signature.
function withScope(token: string, scope: string): string {
  const [header, claims = '', signature] = token.split('.');
  const original: object = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const altered = Buffer.from(JSON.stringify({ ...original, scope })).toString('base64url');
  return [header, altered, signature].join('.');
}

function requestsWith(tokens: Tokens): DemoRequest[] {
  const { reader, writer } = tokens;
  const orders = { path: '/orders', client: 'reader' };
  const order = { ...orders, method: 'POST' } as const;
  return [
    { client: 'anonymous', path: '/health', label: 'none', expected: granted() },
    { client: 'anonymous', path: '/profile', label: 'none', expected: unauthorized },
    { client: 'anonymous', path: '/profile', label: 'not a token', token: () => '"?"', expected: malformed },
    {
      client: 'reader',
      path: '/profile',
      label: 'orders:read',
      token: () => reader,
      expected: granted(['metadata', 'keys']),
    },
    { ...orders, label: 'orders:read', token: () => reader, expected: granted() },
    { ...order, label: 'orders:read', token: () => reader, expected: insufficient('orders:write') },
    { ...order, client: 'writer', label: 'orders:write', token: () => writer, expected: granted([], 201) },
    { ...orders, label: 'for api://billing', token: () => tokens.otherAudience, expected: invalid() },
    { ...order, label: 'scope altered', token: () => tokens.altered, expected: invalid() },
    { ...order, label: 'unknown signer', token: () => tokens.forged, expected: invalid() },
    { ...orders, label: 'expired', token: () => tokens.expired, expected: expired },
  ];
}
