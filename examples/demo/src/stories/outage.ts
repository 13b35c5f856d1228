import { setTimeout as delay } from 'node:timers/promises';
import { granted, unavailable } from '../expectations.ts';
import type { Question } from '../question.ts';
import type { Stage } from './story.ts';

/** The issuer cannot be reached for a while. */
export async function outage(stage: Stage): Promise<void> {
  const { issuer } = stage.setting;
  stage.narrator.chapter(
    'The issuer goes away, and comes back',
    'It refuses every connection. The API goes on with the keys that it has, for 24 hours if need be. Only an API ' +
      'that has none cannot judge a token: it says so with 503, and never calls the token invalid.',
  );
  const token = await stage.obtain('reader', 'orders:read');
  const orders = { who: 'reader', path: '/orders', label: 'key-2', token: () => token } as const;
  await issuer.stop();
  await goOn(stage, orders);
  await startCold(stage, orders);
  await comeBack(stage, orders);
}

type Orders = Omit<Question, 'expected'>;

async function goOn(stage: Stage, orders: Orders): Promise<void> {
  await stage.ask({ ...orders, expected: granted() });
  stage.setting.clock.forward(30);
  stage.narrator.remark('Half an hour later, by the clock of the API. The life of the key set is over.');
  await stage.ask({ ...orders, expected: granted(['no answer']) });
  await stage.ask({ ...orders, expected: granted() });
}

async function startCold(stage: Stage, orders: Orders): Promise<void> {
  for (const { verifier } of stage.setting.apis) verifier.clear();
  stage.narrator.remark('The API forgets its keys, as if it had been started during the outage.');
  await stage.ask({ ...orders, expected: unavailable(['no answer']) });
  await stage.ask({ who: 'anyone', path: '/health', label: 'none', expected: granted() });
}

async function comeBack(stage: Stage, orders: Orders): Promise<void> {
  const { issuer } = stage.setting;
  stage.narrator.remark('The issuer is back. The client tries again after the second of Retry-After.');
  const before = async (): Promise<void> => {
    await issuer.start();
    await delay(1000);
  };
  await stage.ask({ ...orders, before, expected: granted(['metadata', 'keys']) });
}
