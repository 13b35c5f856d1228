import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fromNodeRequest } from '../../src/index.ts';
import { dpopRequest, publicJwk, publicUrl, signBound, signProof } from '../support/dpop.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const attacker = { ...generateTestKey('ES256'), kid: issuerKey.kid };
const client = generateTestKey('ES256');
const strangers = Array.from({ length: 20 }, () => generateTestKey('ES256'));

it.each(engines)(
  '[DPOP-FLOOD] 10,000 proofs with tokens that are not theirs leave no trace ($name)',
  async (engine) => {
    const imported: unknown[] = [];
    const importKey: typeof engine.importKey = (jwk, algorithm) => {
      imported.push(jwk.x);
      return engine.importKey(jwk, algorithm);
    };
    const claim = vi.fn(() => true);
    const verifier = verifierOn(
      { ...engine, importKey },
      optionsFor(issuerKey, { dpop: { publicUrl, replay: { claim } } }),
    );
    const bound = signBound(issuerKey, client);
    const tokens = [
      signBound(attacker, client),
      signBound(issuerKey, client, { exp: now - 1000 }),
      signBound(issuerKey, client, { aud: 'another' }),
      signToken(issuerKey),
      'a.b.c',
      // Valid, and stolen from the client.
      bound,
    ];
    const codes = new Set<string>();
    for (let sent = 0; sent < 10_000; sent += 1) {
      const token = tokens[sent % tokens.length] ?? '';
      const stranger = strangers[sent % strangers.length] ?? attacker;
      const result = await verifier.authenticate(dpopRequest(token, signProof(stranger, token)));
      codes.add(result.ok ? 'granted' : result.error.code);
    }
    expect([...codes].sort()).toEqual([
      'ERR_AUDIENCE_MISMATCH',
      'ERR_BINDING_MISMATCH',
      'ERR_SIGNATURE_INVALID',
      'ERR_TOKEN_EXPIRED',
      'ERR_TOKEN_MALFORMED',
    ]);
    expect(claim).not.toHaveBeenCalled();
    expect(imported).toEqual([publicJwk(issuerKey)['x']]);
    expect(await verifier.authenticate(dpopRequest(bound, signProof(client, bound)))).toMatchObject({ ok: true });
    expect(claim).toHaveBeenCalledOnce();
    expect(imported).toEqual([publicJwk(issuerKey)['x'], publicJwk(client)['x']]);
  },
);

it('[DPOP-REPLAY] of 1,000 copies of a request to a server at once, one is answered', async () => {
  const verifier = verifierFor(issuerKey, { dpop: { publicUrl } });
  const server = createServer(async (request, response) => {
    const result = await verifier.authenticate(fromNodeRequest(request));
    response.writeHead(result.ok ? 200 : result.error.status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  onTestFinished(() => {
    agent.destroy();
    server.close();
  });
  const token = signBound(issuerKey, client);
  const headers = { authorization: `DPoP ${token}`, dpop: signProof(client, token) };
  const send = async (): Promise<number | undefined> => {
    const [response] = (await once(get({ port, host: '127.0.0.1', path: '/orders', agent, headers }), 'response')) as [
      IncomingMessage,
    ];
    response.resume();
    return response.statusCode;
  };
  const statuses = await Promise.all(Array.from({ length: 1000 }, send));
  expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 999 }, () => 401)]);
});
