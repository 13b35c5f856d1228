import {
  customFetch,
  processResourceDiscoveryResponse,
  protectedResourceRequest,
  resourceDiscoveryRequest,
  type WWWAuthenticateChallenge,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { type Answer, conformanceCases } from '../src/index.ts';

/** Returns the challenges of an answer as oauth4webapi parses them. */
async function challengesOf({ status, wwwAuthenticate, body }: Answer): Promise<readonly WWWAuthenticateChallenge[]> {
  const headers = new Headers(wwwAuthenticate.map((line): [string, string] => ['WWW-Authenticate', line]));
  const answer = async (): Promise<Response> => new Response(status === 204 ? null : body, { status, headers });
  const url = new URL('https://api.example/');
  try {
    await protectedResourceRequest('token', 'GET', url, new Headers(), null, { [customFetch]: answer });
    return [];
  } catch (error) {
    if (error instanceof WWWAuthenticateChallengeError) return error.cause;
    throw error;
  }
}

// Every adapter gives exactly these answers, so one client covers all adapters.
describe('an OAuth client', () => {
  const allRefusals = conformanceCases.filter(({ expected }) => [400, 401, 403].includes(expected.status));
  const [refusals, dpopRefusals] = [false, true].map((isDpop) =>
    allRefusals.filter(({ profile }) => (profile?.startsWith('dpop') ?? false) === isDpop),
  );

  it.each(dpopRefusals ?? [])('[DPOP-ANSWERS] parses the challenges of $id', async ({ profile, expected }) => {
    const challenges = await challengesOf(expected);
    const schemes = challenges.map(({ scheme }) => scheme).join(' ');
    const isOne = expected.status === 403 || profile === 'dpop-require';
    expect(schemes).toMatch(isOne ? /^(?:dpop|bearer)$/ : /^bearer dpop$/);
    const bodyError = expected.body === '' ? undefined : (JSON.parse(expected.body) as { error?: string }).error;
    const errors = challenges.map(({ parameters }) => parameters.error).filter((error) => error !== undefined);
    if (bodyError !== undefined && bodyError !== 'unauthorized') expect(errors).toContain(bodyError);
    for (const { scheme, parameters } of challenges) {
      expect(parameters.realm).toBe('api');
      if (scheme === 'dpop') expect(parameters['algs']).toBe('ES256 Ed25519 EdDSA');
    }
  });

  it.each(refusals ?? [])('parses one challenge of $id', async ({ profile, expected }) => {
    const [challenge, ...more] = await challengesOf(expected);
    expect(more).toEqual([]);
    expect(challenge?.scheme).toBe('bearer');
    const realm = profile === 'hostile-realm' ? 'a"b\\c, error="none", Bearer realm="other' : 'api';
    expect(challenge?.parameters.realm).toBe(realm);
    const named = profile?.startsWith('resource') ? /^https:\/\/api\.example\/\.well-known\/[\w/-]+$/ : /^none$/;
    expect(challenge?.parameters.resource_metadata ?? 'none').toMatch(named);
    const bodyError = expected.body === '' ? undefined : (JSON.parse(expected.body) as { error?: string }).error;
    if (bodyError !== undefined && bodyError !== 'unauthorized') expect(challenge?.parameters.error).toBe(bodyError);
  });

  it('parses no challenge of an answer that is not about its credentials', async () => {
    const others = conformanceCases.filter(({ expected }) => ![400, 401, 403].includes(expected.status));
    for (const { expected } of others) expect(await challengesOf(expected)).toEqual([]);
  });

  const documents = conformanceCases.filter(
    ({ id, method, expected }) => id.endsWith('/get') && method === undefined && expected.access.length > 0,
  );

  it.each(documents)('[RESOURCE-DOCUMENT] accepts the metadata of $id', async ({ path, expected }) => {
    const { resource } = JSON.parse(expected.body) as { resource: string };
    const requested: string[] = [];
    const answer = async (url: string): Promise<Response> => {
      requested.push(url);
      return new Response(expected.body, { headers: { 'Content-Type': expected.mediaType } });
    };
    const response = await resourceDiscoveryRequest(new URL(resource), { [customFetch]: answer });
    expect(requested).toEqual([`https://api.example${path}`]);
    expect(await processResourceDiscoveryResponse(new URL(resource), response)).toMatchObject({ resource });
  });
});
