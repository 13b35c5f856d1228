import { describe, expect, it } from 'vitest';
import {
  answerMetadata,
  createVerifier,
  fromNodeRequest,
  type MetadataResult,
  type VerifierOptions,
} from '../../src/index.ts';
import { configurationErrorOf } from '../support/expected-errors.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { audience, issuer, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');
const document = { issuer, jwks_uri: `${issuer}/keys`, token_endpoint: `${issuer}/token` };
const paths = ['/.well-known/oauth-authorization-server', '/.well-known/oauth-authorization-server/mcp'];

interface Mirror {
  readonly requests: string[];
  readonly clock: FakeClock;
  ask(path?: string, method?: string): MetadataResult;
  verify(): Promise<unknown>;
}

function createMirror(isDown: () => boolean = () => false, options: Partial<VerifierOptions> = {}): Mirror {
  const requests: string[] = [];
  const clock = new FakeClock();
  const fetchDocument = async (url: string): Promise<Response> => {
    requests.push(url);
    if (isDown()) return new Response(null, { status: 503, headers: { 'Retry-After': '20' } });
    return Response.json(url.endsWith('/keys') ? keySetOf(key) : document);
  };
  const verifier = createVerifier(
    Object({
      issuer,
      audience,
      clock,
      http: { fetch: fetchDocument },
      resource: { url: 'https://api.example/mcp', mirrorAuthorizationServer: true },
      ...options,
    }),
  );
  return {
    requests,
    clock,
    ask: (path = paths[0] ?? '', method = 'GET') => answerMetadata(verifier, fromNodeRequest({ method, url: path })),
    verify: () => verifier.verify(signToken(key)),
  };
}

describe('[RESOURCE-MIRROR] mirrorAuthorizationServer', () => {
  it.each(paths)('answers %s with the metadata of the issuer, unchanged', async (path) => {
    const { ask } = createMirror();
    const answer = await ask(path);
    expect(answer).toMatchObject({ status: 200, headers: { 'Access-Control-Allow-Origin': '*' } });
    expect(JSON.parse(answer?.body ?? '')).toEqual(document);
    expect(ask(path, 'POST')).toMatchObject({ status: 405 });
    expect(ask(path, 'OPTIONS')).toMatchObject({ status: 204 });
  });

  it('uses the metadata that a verified token needed', async () => {
    const { ask, verify, requests } = createMirror();
    await verify();
    const before = requests.length;
    expect(await ask()).toMatchObject({ status: 200 });
    expect(await ask()).toMatchObject({ status: 200 });
    expect(requests).toHaveLength(before);
  });

  it('answers an outage with 503, and asks again only after its Retry-After', async () => {
    let isDown = true;
    const { ask, requests, clock } = createMirror(() => isDown);
    const answer = await ask();
    expect(answer).toMatchObject({ status: 503, headers: { 'Cache-Control': 'no-store' } });
    expect(answer?.headers['WWW-Authenticate']).toBeUndefined();
    const before = requests.length;
    for (const path of paths) expect(await ask(path)).toMatchObject({ status: 503 });
    expect(requests).toHaveLength(before);
    isDown = false;
    clock.advance(301);
    expect(await ask()).toMatchObject({ status: 200 });
  });

  it('is off by default', () => {
    const { ask, requests } = createMirror(() => false, { resource: { url: 'https://api.example/mcp' } });
    for (const path of paths) expect(ask(path)).toBeUndefined();
    expect(requests).toEqual([]);
  });

  it('needs a configured issuer', () => {
    const resource = {
      url: 'https://api.example',
      authorizationServers: ['https://other.example'],
      mirrorAuthorizationServer: true,
    };
    expect(configurationErrorOf({ issuer, audience, resource }).message).toContain(
      'resource.mirrorAuthorizationServer needs https://other.example among the configured issuers',
    );
    expect(configurationErrorOf({ issuers: () => undefined, resource }).message).toContain('mirrorAuthorizationServer');
  });
});
