import { expect, it, onTestFinished } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { authErrorFrom } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

it('100 tokens share one fetch, and a new key needs another one', async () => {
  const [first, second] = [generateTestKey('ES256'), generateTestKey('ES256')];
  const fakeIssuer = new FakeIssuer([first]);
  const verifier = createVerifier({ ...fakeIssuer.options, clock: new FakeClock() });
  onTestFinished(() => verifier.close());

  fakeIssuer.pause();
  const pending = Array.from({ length: 100 }, () => verifier.verify(signToken(first)));
  fakeIssuer.resume();
  await Promise.all(pending);
  expect(fakeIssuer.requests).toEqual([`${fakeIssuer.issuer}/.well-known/openid-configuration`, fakeIssuer.jwksUri]);

  expect((await authErrorFrom(verifier.verify(signToken(second)))).code).toBe('ERR_KEY_NOT_FOUND');
  fakeIssuer.publish(keySetOf(first, second));
  await verifier.verify(signToken(second));
  expect(fakeIssuer.requests).toHaveLength(4);
});
