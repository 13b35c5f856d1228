import { describe, expect, it } from 'vitest';
import { type AuthResult, createGuard, type DpopOptions, type Verifier } from '../../src/index.ts';
import { dpopRequest, publicUrl, signBound, signProof } from '../support/dpop.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { bearerRequest, requestWith } from '../support/requests.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const stranger = generateTestKey('ES256');
const bound = signBound(issuerKey, client, { scope: 'read' });
const unbound = signToken(issuerKey, { scope: 'read' });
const algs = 'algs="ES256 Ed25519 EdDSA"';
const secret = 'a secret that is long enough for it';

function verifierWith(options: Partial<DpopOptions> = {}): Verifier {
  return verifierFor(issuerKey, {
    dpop: { publicUrl, algorithms: ['ES256', 'EdDSA'], ...options },
    clock: new FakeClock(),
  });
}

async function answer(
  verifier: Verifier,
  result: AuthResult | Promise<AuthResult>,
): Promise<[number, string | undefined, string]> {
  const settled = await result;
  if (settled.ok) throw new Error('The request was granted');
  const { status, headers, body } = verifier.challenge(settled.error);
  return [status, headers['WWW-Authenticate'], JSON.parse(body).error];
}

const realm = 'realm="api"';
const invalidToken = 'error="invalid_token", error_description="The access token is invalid"';
const invalidProof = 'error="invalid_dpop_proof", error_description="The DPoP proof is invalid"';

describe('the answer with mode accept', () => {
  it('[DPOP-ANSWERS] to nothing names both schemes, and no error', async () => {
    const verifier = verifierWith();
    expect(await answer(verifier, verifier.authenticate(requestWith()))).toEqual([
      401,
      `Bearer ${realm}, DPoP ${realm}, ${algs}`,
      'unauthorized',
    ]);
  });

  it.each([[['DPoP a', 'Bearer b']], [['DPoP a, DPoP b']], [['Bearer a, DPoP b']]])(
    '[DPOP-ANSWERS] to two sets of credentials (%j) is 400 in both',
    async (values) => {
      const verifier = verifierWith();
      const error = 'error="invalid_request", error_description="The request has more than one set of credentials"';
      expect(await answer(verifier, verifier.authenticate(requestWith(...values)))).toEqual([
        400,
        `Bearer ${realm}, ${error}, DPoP ${realm}, ${error}, ${algs}`,
        'invalid_request',
      ]);
    },
  );

  it.each([
    ['a bad bearer token', 'a.b.c'],
    ['a bearer token that is bound', bound],
  ])('[DPOP-ANSWERS] to %s has the error in the Bearer part', async (_case, token) => {
    const verifier = verifierWith();
    expect(await answer(verifier, verifier.authenticate(bearerRequest(token)))).toEqual([
      401,
      `Bearer ${realm}, ${invalidToken}, DPoP ${realm}, ${algs}`,
      'invalid_token',
    ]);
  });

  it.each([
    ['a bad token', 'a.b.c', signProof(client, 'a.b.c')],
    ['a token that is not bound', unbound, signProof(client, unbound)],
    ['a proof of another key', bound, signProof(stranger, bound)],
  ])('[DPOP-ANSWERS] to %s with the scheme DPoP has the error in the DPoP part', async (_case, token, proof) => {
    const verifier = verifierWith();
    expect(await answer(verifier, verifier.authenticate(dpopRequest(token, proof)))).toEqual([
      401,
      `Bearer ${realm}, DPoP ${realm}, ${invalidToken}, ${algs}`,
      'invalid_token',
    ]);
  });

  it.each<[string, string | readonly string[], string]>([
    ['absent', [], invalidProof],
    ['repeated', ['a', 'b'], invalidProof],
    ['malformed', 'a', invalidProof],
    ['for another method', signProof(client, bound, { htm: 'POST' }), invalidProof],
    [
      'too old',
      signProof(client, bound, { iat: now - 400 }),
      'error="invalid_dpop_proof", error_description="The DPoP proof is too old or too new"',
    ],
  ])('[DPOP-ANSWERS] to a proof that is %s has the error in the DPoP part', async (_case, proof, error) => {
    const verifier = verifierWith();
    expect(await answer(verifier, verifier.authenticate(dpopRequest(bound, proof)))).toEqual([
      401,
      `Bearer ${realm}, DPoP ${realm}, ${error}, ${algs}`,
      'invalid_dpop_proof',
    ]);
  });

  it('[DPOP-ANSWERS] to a missing scope is that of the scheme of the request', async () => {
    const verifier = verifierWith();
    const error =
      'error="insufficient_scope", error_description="The access token lacks a required scope", scope="write"';
    const request = dpopRequest(bound, signProof(client, bound));
    expect(await answer(verifier, verifier.authenticate(request, { scope: 'write' }))).toEqual([
      403,
      `DPoP ${realm}, ${error}, ${algs}`,
      'insufficient_scope',
    ]);
    expect(await answer(verifier, verifier.authenticate(bearerRequest(unbound), { scope: 'write' }))).toEqual([
      403,
      `Bearer ${realm}, ${error}`,
      'insufficient_scope',
    ]);
  });

  it('[DPOP-ANSWERS] of a route guard is that of the scheme of the request', async () => {
    const guard = createGuard({ verifier: verifierWith() });
    const granted = await guard.authenticate(dpopRequest(bound, signProof(client, bound)));
    const denied = guard.authorize(granted.ok ? granted.auth : null, { scope: 'write' });
    if (denied === undefined) throw new Error('The request was granted');
    expect(guard.challenge(denied).headers['WWW-Authenticate']).toMatch(
      /^DPoP realm="api", error="insufficient_scope"/,
    );
  });

  it('[DPOP-BEARER] ignores the header DPoP of a bearer token', async () => {
    const header = (name: string): readonly string[] =>
      name === 'authorization' ? [`Bearer ${unbound}`] : ['nonsense'];
    expect(await verifierWith().authenticate(dpopRequest(unbound, [], { header }))).toMatchObject({ ok: true });
  });
});

describe('the answer with mode require', () => {
  it('[DPOP-ANSWERS] has no Bearer part', async () => {
    const verifier = verifierWith({ mode: 'require' });
    expect(await answer(verifier, verifier.authenticate(requestWith()))).toEqual([
      401,
      `DPoP ${realm}, ${algs}`,
      'unauthorized',
    ]);
    expect(await answer(verifier, verifier.authenticate(bearerRequest(unbound)))).toEqual([
      401,
      `DPoP ${realm}, ${invalidToken}, ${algs}`,
      'invalid_token',
    ]);
    expect(await verifier.authenticate(dpopRequest(bound, signProof(client, bound)))).toMatchObject({ ok: true });
  });
});

describe('a nonce', () => {
  const nonce = { secret, rotation: 60 };

  function instance(clock: FakeClock, secrets: DpopOptions['nonce'] = nonce): Verifier {
    return verifierFor(issuerKey, { dpop: { publicUrl, nonce: secrets }, clock });
  }

  async function nonceFrom(verifier: Verifier, claims: object = {}): Promise<string> {
    const result = await verifier.authenticate(dpopRequest(bound, signProof(client, bound, { ...claims })));
    if (result.ok) throw new Error('The request was granted');
    const { headers, body } = verifier.challenge(result.error);
    expect(headers['WWW-Authenticate']).toContain('error="use_dpop_nonce"');
    expect(headers['Cache-Control']).toBe('no-store');
    expect(JSON.parse(body).error).toBe('use_dpop_nonce');
    return headers['DPoP-Nonce'] ?? '';
  }

  it('[DPOP-NONCE] is required, and then accepted without a header on the answer', async () => {
    const verifier = instance(new FakeClock());
    const current = await nonceFrom(verifier);
    expect(current).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const result = await verifier.authenticate(
      dpopRequest(bound, signProof(client, bound, { nonce: current, iat: 1 })),
    );
    expect(result).toMatchObject({ ok: true, headers: {} });
  });

  it('[DPOP-NONCE] that is older is accepted for two periods, with the new one on the answer', async () => {
    const clock = new FakeClock();
    const verifier = instance(clock);
    const first = await nonceFrom(verifier);
    for (const elapsed of [60, 120]) {
      clock.advance(60);
      const result = await verifier.authenticate(dpopRequest(bound, signProof(client, bound, { nonce: first })));
      if (!result.ok) throw new Error(`The nonce was refused after ${elapsed} s`);
      expect(result.headers['DPoP-Nonce']).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(result.headers['DPoP-Nonce']).not.toBe(first);
      expect(result.headers['Cache-Control']).toBe('no-store');
    }
    clock.advance(60);
    expect(await nonceFrom(verifier, { nonce: first })).not.toBe(first);
  });

  it('[DPOP-NONCE] that is older is renewed by the answer to a missing scope, too', async () => {
    const clock = new FakeClock();
    const verifier = instance(clock);
    const nonce = await nonceFrom(verifier);
    clock.advance(60);
    const request = dpopRequest(bound, signProof(client, bound, { nonce }));
    const result = await verifier.authenticate(request, { scope: 'write' });
    if (result.ok) throw new Error('The request was granted');
    const { status, headers } = verifier.challenge(result.error);
    expect({ status, renewed: headers['DPoP-Nonce'] }).toEqual({ status: 403, renewed: await nonceFrom(verifier) });
  });

  it('[DPOP-NONCE] of an instance whose clock is a period ahead or behind is accepted', async () => {
    const ahead = new FakeClock(now + 59);
    const given = await nonceFrom(instance(ahead));
    expect(
      await instance(new FakeClock(now)).authenticate(dpopRequest(bound, signProof(client, bound, { nonce: given }))),
    ).toMatchObject({ ok: true });
    const early = await nonceFrom(instance(new FakeClock(now)));
    expect(
      await instance(ahead).authenticate(dpopRequest(bound, signProof(client, bound, { nonce: early }))),
    ).toMatchObject({ ok: true });
  });

  it('[DPOP-NONCE] of another secret of the list is accepted, and the first one is sent', async () => {
    const other = 'another secret that is long enough';
    const old = await nonceFrom(instance(new FakeClock(), { secret: other }));
    const verifier = instance(new FakeClock(), { secret: [secret, other] });
    const result = await verifier.authenticate(dpopRequest(bound, signProof(client, bound, { nonce: old })));
    expect(result.ok && result.headers['DPoP-Nonce']).toBe(await nonceFrom(instance(new FakeClock())));
    await nonceFrom(instance(new FakeClock()), { nonce: old });
  });

  it('[DPOP-NONCE] is not checked before the signature: a forged proof learns nothing', async () => {
    const verifier = instance(new FakeClock());
    const [header, claims] = signProof(client, bound).split('.');
    const [, , signature] = signProof(client, bound).split('.');
    const result = await verifier.authenticate(dpopRequest(bound, `${header}.${claims}.${signature}`));
    expect(result).toMatchObject({ ok: false, error: { code: 'ERR_PROOF_SIGNATURE' } });
    expect(!result.ok && verifier.challenge(result.error).headers).not.toHaveProperty('DPoP-Nonce');
  });
});

describe('the options', () => {
  const valid = { publicUrl };
  it.each<[string, object, RegExp, object?]>([
    ['no publicUrl', {}, /dpop\.publicUrl is required: what clients call/],
    ['a query', { publicUrl: 'https://api.example/?a' }, /without user information, query and fragment/],
    ['http', { publicUrl: 'http://api.example' }, /must use https; http is for loopback/],
    ['user information', { publicUrl: 'https://u:p@api.example' }, /without user information/],
    [
      'a short secret',
      { ...valid, nonce: { secret: 'short' } },
      /dpop\.nonce\.secret must have at least 32 characters/,
    ],
    ['short bytes', { ...valid, nonce: { secret: new Uint8Array(31) } }, /at least 32 bytes/],
    ['no secret', { ...valid, nonce: {} }, /secret must be a text, bytes/],
    ['an empty list of secrets', { ...valid, nonce: { secret: [] } }, /at least one secret/],
    ['nonce: true', { ...valid, nonce: true }, /dpop\.nonce must be an object/],
    ['a store without claim', { ...valid, replay: {} }, /must have the function claim/],
    ['milliseconds', { ...valid, window: 300_000 }, /milliseconds/],
    ['HMAC', { ...valid, algorithms: ['HS256'] }, /HS256/],
    ['another mode', { ...valid, mode: 'strict' }, /dpop\.mode must be one of 'accept', 'require'/],
    ['getToken', valid, /dpop cannot be combined with getToken/, { getToken: () => undefined }],
    ['a misspelled member', { ...valid, publicURL: publicUrl }, /did you mean publicUrl/],
  ])('[DPOP-OPTIONS] with %s are a ConfigurationError that says what to write', (_case, dpop, message, more = {}) => {
    const options = optionsFor(issuerKey, { ...more, dpop: dpop as DpopOptions });
    expect(() => createGuard(options)).toThrow(message);
  });
});
