import { generateSigningKey } from '@verifier/test-issuer';
import { granted, invalid } from '../expectations.ts';
import type { Stage } from './story.ts';

const orders = { who: 'reader', path: '/orders' } as const;

/** The issuer begins to sign with another key, and later withdraws the first one. */
export async function keyRotation(stage: Stage): Promise<void> {
  stage.narrator.chapter(
    'The issuer changes its signing key',
    'While requests come in, the issuer begins to sign with key-2. The first token that names key-2 makes the API ' +
      'fetch the key set; requests with key-1 go on meanwhile. The time is that of the slowest request.',
  );
  const old = await stage.obtain('reader', 'orders:read');
  const renewed = await rotateUnderLoad(stage, old);
  await stage.ask({ ...orders, label: 'key-1', token: () => old, expected: granted() });
  await withdrawFirstKey(stage, old, renewed);
}

async function rotateUnderLoad(stage: Stage, old: string): Promise<string> {
  const { issuer } = stage.setting;
  const key = await generateSigningKey('RS256', 'key-2');
  let token = old;
  const during = async (): Promise<void> => {
    await issuer.rotate({ key });
    token = await stage.obtain('reader', 'orders:read');
  };
  const label = 'key-1, then key-2';
  await stage.ask({ ...orders, label, token: () => token, during, expected: granted(['keys']) });
  return token;
}

async function withdrawFirstKey(stage: Stage, old: string, renewed: string): Promise<void> {
  const { issuer, clock, keysRefreshed, apis } = stage.setting;
  issuer.retire();
  clock.forward(9);
  stage.narrator.remark(
    'The issuer withdraws key-1. The clock of the API is set forward by 9 minutes: its key set, good for 10, is ' +
      'fetched anew in the background, beside a request that does not wait for it.',
  );
  const background = keysRefreshed;
  await stage.ask({ ...orders, label: 'key-2', token: () => renewed, background, expected: granted(['keys']) });
  // Each API asks again for a key that it does not have, but all together not more than twice in 30 seconds.
  const lookups = apis.map(() => 'keys' as const).slice(0, 2);
  await stage.ask({ ...orders, label: 'key-1, withdrawn', token: () => old, expected: invalid(lookups) });
}
