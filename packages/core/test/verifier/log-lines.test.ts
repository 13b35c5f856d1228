import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createVerifier, type FetchLike } from '../../src/index.ts';
import { webTelemetry } from '../../src/runtime/web/telemetry.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { audience, issuer } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
// A line break, an escape sequence, a control character beyond ASCII, a line separator, an override of the direction.
const hostile = 'x\nINFO accepted\r\u001b[2K\u0085\u2028\u202ey';
const oneLine = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+$/u;

let warn: MockInstance<typeof process.emitWarning>;

beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

async function warmUpWith(fetch: FetchLike): Promise<void> {
  const verifier = createVerifier({ issuer, audience, clock: new FakeClock(), http: { fetch } });
  await verifier.warmUp().catch(() => undefined);
  await verifier.close();
}

describe('a warning', () => {
  it('[WARNINGS-ONE-LINE] with a text of the issuer is one line without control characters', async () => {
    const fake = new FakeIssuer([key]);
    fake.serve(`${issuer}/.well-known/openid-configuration`, { issuer: hostile, jwks_uri: hostile });
    await warmUpWith(fake.fetch);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('INFO accepted'), expect.anything());
    for (const [message] of warn.mock.calls) expect(String(message)).toMatch(oneLine);
  });

  it('[WARNINGS-ONE-LINE] with the error of a function of the application is one line', () => {
    const verifier = verifierFor(key, {
      onEvent: () => {
        throw new Error(hostile);
      },
    });
    authErrorOf(() => verifier.verifySync('x'));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toMatch(oneLine);
  });

  it('[WARNINGS-ONE-LINE] is one line on the console of other runtimes, and does not depend on it', () => {
    const log = vi.spyOn(console, 'warn').mockReturnValueOnce(undefined);
    webTelemetry.warn(hostile, 'VERIFIER_OUTAGE');
    expect(String(log.mock.calls[0]?.[0])).toMatch(oneLine);
    log.mockImplementationOnce(() => {
      throw new Error('there is no console');
    });
    expect(() => webTelemetry.warn('x', 'VERIFIER_OUTAGE')).not.toThrow();
  });
});
