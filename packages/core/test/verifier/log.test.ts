import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, vi } from 'vitest';
import type { RefusalEntry } from '../../src/index.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';
import { addVerifier, codeOf, startWarmScenario } from '../support/scenario.ts';
import { generateTestKey } from '../support/test-key.ts';

describe('log', () => {
  it('[LOG-REFUSALS] receives one entry for each refused request, and none for an accepted one', async () => {
    const entries: RefusalEntry[] = [];
    const scenario = await startWarmScenario({ log: (entry) => entries.push(entry) });
    const { issuer } = scenario.server;
    const { key } = scenario;
    await scenario.authenticate(scenario.token());
    await scenario.authenticate(scenario.token(key, { aud: 'secret-audience', sub: 'secret-subject' }));
    await scenario.authenticate(scenario.token(key, { iss: 'https://secret.example' }));
    await scenario.authenticate(scenario.token({ ...generateTestKey('ES256'), kid: key.kid }));
    await scenario.verifier.authenticate(requestWith());
    expect(entries).toStrictEqual([
      { code: 'ERR_AUDIENCE_MISMATCH', status: 401, claim: 'aud', reason: 'mismatch', issuer },
      { code: 'ERR_ISSUER_UNKNOWN', status: 401, claim: 'iss', reason: 'mismatch' },
      { code: 'ERR_SIGNATURE_INVALID', status: 401, issuer },
      { code: 'ERR_CREDENTIALS_MISSING', status: 401 },
    ]);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it('[LOG-REFUSALS] is called in the asynchronous context of the request', async () => {
    const requestIds = new AsyncLocalStorage<string>();
    const ids: (string | undefined)[] = [];
    const scenario = await startWarmScenario({ log: () => ids.push(requestIds.getStore()) });
    const forged = ['a', 'b'].map((jti) =>
      scenario.token({ ...generateTestKey('ES256'), kid: scenario.key.kid }, { jti }),
    );
    await Promise.all(
      forged.map((token, index) => requestIds.run(`request-${index}`, async () => await scenario.authenticate(token))),
    );
    expect(ids.toSorted()).toEqual(['request-0', 'request-1']);
  });

  it('[LOG-REFUSALS] fails no request if it throws', async () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const scenario = await startWarmScenario();
    const verifier = addVerifier(scenario, {
      log: () => {
        throw new Error('the disk is full');
      },
    });
    for (let count = 0; count < 3; count += 1) {
      const result = verifier.authenticate(bearerRequest(scenario.token(scenario.key, { exp: 1 })));
      expect(await codeOf(result)).toBe('ERR_TOKEN_EXPIRED');
    }
    const warnings = emit.mock.calls.map(([message]) => String(message)).filter((text) => text.includes('log threw'));
    expect(warnings).toHaveLength(1);
  });
});
