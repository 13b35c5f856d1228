import { generateSigningKey } from '@verifier/test-issuer';
import { granted, invalid } from '../expectations.ts';
import type { ScenarioContext } from './scenario-context.ts';

const orders = { client: 'reader', path: '/orders' } as const;

/** The issuer signs with a new key, and later removes the first one. */
export async function keyRotation(context: ScenarioContext): Promise<void> {
  context.report.beginSection(
    'The issuer rotates its signing key',
    'During the requests, the issuer begins to sign with key-2. The first token that names key-2 makes the API fetch ' +
      'the key set. Requests with key-1 do not wait for that fetch. The time is that of the slowest request.',
  );
  const old = await context.obtainToken('reader', 'orders:read');
  const renewed = await rotateUnderLoad(context, old);
  await context.send({ ...orders, label: 'key-1', token: () => old, expected: granted() });
  await removeFirstKey(context, old, renewed);
}

async function rotateUnderLoad(context: ScenarioContext, old: string): Promise<string> {
  const { issuer } = context.environment;
  const key = await generateSigningKey('RS256', 'key-2');
  let token = old;
  const during = async (): Promise<void> => {
    await issuer.rotate({ key });
    token = await context.obtainToken('reader', 'orders:read');
  };
  const label = 'key-1, then key-2';
  await context.send({ ...orders, label, token: () => token, during, expected: granted(['keys']) });
  return token;
}

async function removeFirstKey(context: ScenarioContext, old: string, renewed: string): Promise<void> {
  const { issuer, clock, keysRefreshed, apis } = context.environment;
  issuer.retire();
  clock.advance(9);
  context.report.printRemark(
    'The issuer removes key-1. The clock of the API advances by 9 minutes. The key set expires after 10 minutes: the API ' +
      'refreshes it ahead of that, in the background, and no request waits.',
  );
  const background = keysRefreshed;
  await context.send({ ...orders, label: 'key-2', token: () => renewed, background, expected: granted(['keys']) });
  // Each API looks up an unknown key again, but the limit for all of them is two fetches in 30 seconds.
  const lookups = apis.map(() => 'keys' as const).slice(0, 2);
  await context.send({ ...orders, label: 'key-1, removed', token: () => old, expected: invalid(lookups) });
}
