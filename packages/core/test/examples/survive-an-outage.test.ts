import { faults } from '@verifier/test-issuer';
import { expect, it } from 'vitest';
import { accepted, acceptedSynchronously, expectUnavailable, startWarmScenario } from '../support/scenario.ts';
import { synchronousRuntime } from '../support/synchronous-runtime.ts';

it('keys stay trusted during an outage, until staleFor has passed', async () => {
  const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache: { staleFor: 3600 } });
  scenario.server.fail('keys', faults.status(500));

  scenario.clock.advance(550);
  acceptedSynchronously(scenario.authenticate(scenario.token()));
  await scenario.settled();
  expect(scenario.server.counts.keys).toBe(1);
  expect(scenario.keyStats()).toMatchObject({ failures: 1, lastError: 'ERR_KEY_SET_UNAVAILABLE' });

  scenario.clock.advance(3600);
  accepted(await scenario.authenticate(scenario.token()));
  scenario.clock.advance(51);
  await expectUnavailable(scenario, scenario.authenticate(scenario.token()));

  scenario.server.heal();
  scenario.clock.advance(60);
  accepted(await scenario.authenticate(scenario.token()));
});
