import { describe, expect, it } from 'vitest';
import { openProofVerifier } from '../../src/binding/dpop/open-proof-verifier.ts';
import { denyOtherKey, readProofKey } from '../../src/binding/dpop/proof-key.ts';
import { acceptAlgorithms } from '../../src/crypto/algorithms.ts';
import { encodeBinary } from '../../src/crypto/base64url.ts';
import { emptyCounters } from '../../src/observability/stats.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { engines } from '../support/verifiers.ts';

// RFC 7638, section 3.1.
const rsa = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
};
const rsaThumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

// RFC 9449, sections 4.1, 6.1 and 7.1.
const ec = {
  kty: 'EC',
  x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
  y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
  crv: 'P-256',
};
const ecThumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
const rfcToken = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
const rfcAth = 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo';

const rfcTime = 1_562_262_618;
const rfcProof = [
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19',
  'eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9',
  '2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA',
].join('.');

describe.each(engines)('on the engine $name', (engine) => {
  const accepted = acceptAlgorithms(undefined);

  it.each([
    ['RFC 7638, section 3.1', rsa, 'RS256', rsaThumbprint],
    ['RFC 9449, section 6.1', ec, 'ES256', ecThumbprint],
  ])('[DPOP-VECTORS] the thumbprint of the key of %s is that of its text', async (_rfc, jwk, alg, expected) => {
    const key = readProofKey({ alg, typ: 'dpop+jwt', jwk }, accepted, engine);
    expect(await denyOtherKey(key, expected, engine)).toBeUndefined();
    expect(await denyOtherKey(key, `${expected.slice(0, -1)}w`, engine)).toMatchObject({
      code: 'ERR_BINDING_MISMATCH',
    });
  });

  it('[DPOP-VECTORS] the hash of the token of RFC 9449, section 7.1, is that of its text', async () => {
    expect(encodeBinary(await engine.digest(rfcToken))).toBe(rfcAth);
  });

  it('[DPOP-VECTORS] the proof of RFC 9449, section 7.1, is accepted at its time, once', async () => {
    const verifier = openProofVerifier({
      options: {
        mode: 'accept',
        publicUrl: ['https://resource.example.org'],
        algorithms: undefined,
        window: 300,
        nonce: false,
        replay: undefined,
      },
      algorithms: accepted,
      clock: new FakeClock(rfcTime),
      runtime: engine,
      counters: emptyCounters().proofs,
    });
    const send = async (): Promise<unknown> => {
      const request = {
        method: 'GET',
        url: () => '',
        target: () => '/protectedresource',
        header: (name: string) => (name === 'dpop' ? [rfcProof] : []),
      };
      return verifier.verify(request, { jkt: ecThumbprint, tokenHash: rfcAth });
    };
    expect(await send()).toEqual({ nextNonce: undefined });
    await expect(send()).rejects.toMatchObject({ code: 'ERR_PROOF_REPLAYED' });
  });
});
