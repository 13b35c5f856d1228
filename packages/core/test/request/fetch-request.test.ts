import { describe, expect, it, vi } from 'vitest';
import { fromFetchRequest } from '../../src/index.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const token = signToken(key);
const verifier = verifierFor(key);

function requestWith(...headers: readonly [string, string][]): Request {
  return new Request('https://api.example/orders?a=b', { method: 'DELETE', headers: [...headers] });
}

describe('a Fetch API request', () => {
  it('has a method, a URL and headers with case-insensitive names', () => {
    const request = fromFetchRequest(requestWith(['authorization', `Bearer ${token}`]));
    expect(request.method).toBe('DELETE');
    expect(request.url()).toBe('https://api.example/orders?a=b');
    expect(request.header('AUTHORIZATION')).toEqual([`Bearer ${token}`]);
    expect(request.header('cookie')).toEqual([]);
  });

  it('is accepted with a valid token', async () => {
    const request = fromFetchRequest(requestWith(['Authorization', `Bearer ${token}`]));
    expect(await verifier.authenticate(request)).toMatchObject({ ok: true, auth: { subject: 'subject' } });
  });

  it('is refused with repeated credentials, which the Fetch API joins with a comma', async () => {
    const repeated = requestWith(['Authorization', `Bearer ${token}`], ['authorization', `Bearer ${token}`]);
    expect(repeated.headers.get('authorization')).toContain(', ');
    expect(await verifier.authenticate(fromFetchRequest(repeated))).toMatchObject({
      ok: false,
      error: { code: 'ERR_CREDENTIALS_REPEATED' },
    });
  });

  it('has an empty value for a header that was sent empty', async () => {
    const request = fromFetchRequest(requestWith(['Authorization', '']));
    expect(request.header('authorization')).toEqual(['']);
    expect(await verifier.authenticate(request)).toMatchObject({
      ok: false,
      error: { code: 'ERR_CREDENTIALS_MISSING' },
    });
  });

  it('passes work to waitUntil of its context, called as a method', async () => {
    const context = {
      handed: [] as Promise<unknown>[],
      waitUntil(work: Promise<unknown>): void {
        this.handed.push(work);
      },
    };
    const request = fromFetchRequest(requestWith(), context);
    const work = Promise.resolve();
    request.waitUntil?.(work);
    expect(context.handed).toEqual([work]);
    expect(request.header('authorization')).toEqual([]);
    expect(request.url()).toBe('https://api.example/orders?a=b');
  });

  it('has no waitUntil if its context has none', () => {
    expect(fromFetchRequest(requestWith())).not.toHaveProperty('waitUntil');
    expect(fromFetchRequest(requestWith(), {})).not.toHaveProperty('waitUntil');
  });

  it('computes the URL only when it is read', async () => {
    const url = vi.fn(() => 'https://api.example/');
    const request = {
      method: 'GET',
      get url(): string {
        return url();
      },
      headers: new Headers({ authorization: `Bearer ${token}` }),
    };
    expect(await verifier.authenticate(fromFetchRequest(request))).toMatchObject({ ok: true });
    expect(url).not.toHaveBeenCalled();
  });
});
