import { describe, expect, it } from 'vitest';
import { type Challenge, CredentialsMissingError, fromFetchRequest, toFetchResponse } from '../../src/index.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const verifier = verifierFor(generateTestKey('Ed25519'));

describe('the answer to a denied Fetch API request', () => {
  it.each([
    ['anonymous', undefined],
    ['malformed', 'Bearer'],
    ['refused', 'Bearer a.b.c'],
  ])('[ANSWERS-FETCH-RESPONSE] has the status, headers and body of the challenge if it is %s', async (_name, value) => {
    const headers = value === undefined ? {} : { authorization: value };
    const result = await verifier.authenticate(fromFetchRequest(new Request('https://api.example/', { headers })));
    if (result.ok) throw new Error('The request was accepted');
    const challenge = verifier.challenge(result.error);
    const response = toFetchResponse(challenge);
    expect(response.status).toBe(challenge.status);
    expect(response.headers).toEqual(new Headers(challenge.headers));
    expect(await response.text()).toBe(challenge.body);
  });

  it('[ANSWERS-FETCH-RESPONSE] is a new response for each call', async () => {
    const result = await verifier.authenticate(fromFetchRequest(new Request('https://api.example/')));
    if (result.ok) throw new Error('The request was accepted');
    const challenge = verifier.challenge(result.error);
    const bodies = [toFetchResponse(challenge), toFetchResponse(challenge)].map((response) => response.text());
    expect(await Promise.all(bodies)).toEqual([challenge.body, challenge.body]);
  });

  it.each([undefined, null, 'a text', {}, new Error('Any'), new CredentialsMissingError()])(
    '[ANSWERS-FETCH-RESPONSE] is never made of something else than a challenge: %o',
    (value) => {
      const expected = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' });
      expect(() => toFetchResponse(value as Challenge)).toThrow(expected);
      expect(() => toFetchResponse(value as Challenge)).toThrow('toFetchResponse(verifier.challenge(error))');
    },
  );
});
