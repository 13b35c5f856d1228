import { setTimeout as delay } from 'node:timers/promises';
import type { DemoRequest } from '../demo-request.ts';
import { granted, unavailable } from '../expectations.ts';
import type { ScenarioContext } from './scenario-context.ts';

/** The issuer is unavailable for a while. */
export async function outage(context: ScenarioContext): Promise<void> {
  const { issuer } = context.environment;
  context.report.beginSection(
    'The issuer is unavailable, then recovers',
    'The issuer refuses every connection. The API continues with its cached keys, by default for 24 hours. An API ' +
      'without cached keys cannot verify a token: it answers 503, and never reports the token as invalid.',
  );
  const token = await context.obtainToken('reader', 'orders:read');
  const orders = { client: 'reader', path: '/orders', label: 'key-2', token: () => token } as const;
  await issuer.stop();
  await continueWithCachedKeys(context, orders);
  await restartWithoutKeys(context, orders);
  await recover(context, orders);
}

type Orders = Omit<DemoRequest, 'expected'>;

async function continueWithCachedKeys(context: ScenarioContext, orders: Orders): Promise<void> {
  await context.send({ ...orders, expected: granted() });
  context.environment.clock.advance(30);
  context.report.printRemark('The clock of the API advances by 30 minutes. The key set has expired.');
  await context.send({ ...orders, expected: granted(['failed']) });
  await context.send({ ...orders, expected: granted() });
}

async function restartWithoutKeys(context: ScenarioContext, orders: Orders): Promise<void> {
  for (const { verifier } of context.environment.apis) verifier.clear();
  context.report.printRemark('The API clears its cached keys, as if it had started during the outage.');
  await context.send({ ...orders, expected: unavailable(['failed']) });
  await context.send({ client: 'anonymous', path: '/health', label: 'none', expected: granted() });
}

async function recover(context: ScenarioContext, orders: Orders): Promise<void> {
  const { issuer } = context.environment;
  context.report.printRemark('The issuer is available again. The client retries after Retry-After, one second.');
  const before = async (): Promise<void> => {
    await issuer.start();
    await delay(1000);
  };
  await context.send({ ...orders, before, expected: granted(['metadata', 'keys']) });
}
