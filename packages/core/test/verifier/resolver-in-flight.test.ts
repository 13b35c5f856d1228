import { beforeEach, describe, expect, it, type MockInstance, onTestFinished, vi } from 'vitest';
import { createVerifier, type Verifier } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { bearerRequest } from '../support/requests.ts';
import { accepted } from '../support/scenario.ts';
import { audience, signToken } from '../support/sign-token.ts';
import { startTenantServer, type TenantAnswer, type TenantServer } from '../support/tenant-server.ts';
import { generateTestKey } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');
const life = 600;

let warn: MockInstance<typeof process.emitWarning>;

beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

interface SlowTenants {
  readonly server: TenantServer;
  readonly clock: FakeClock;
  readonly verifier: Verifier;
  ask(tenant: string): ReturnType<Verifier['authenticate']>;
  /** Sends a request, and returns its result when the server has received the fetch that it waits for. */
  askSlowly(tenant: string): Promise<{ readonly result: ReturnType<Verifier['authenticate']> }>;
  /** Answers every fetch from now on. */
  answer(): void;
}

/** Opens a verifier over a connection pool, with one place for an issuer. The keys are not trusted beyond their life. */
async function openSlowTenants(): Promise<SlowTenants> {
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  let slow: string | undefined;
  const server = await startTenantServer(key, async (tenant): Promise<TenantAnswer> => {
    if (tenant === slow) await gate.promise;
    return 'documents';
  });
  const clock = new FakeClock();
  const verifier = createVerifier({
    issuers: async (issuer) => ({ issuer, audience }),
    clock,
    keyCache: { staleFor: 0, maxIssuers: 1 },
  });
  onTestFinished(() => verifier.close());
  const ask = (tenant: string): ReturnType<Verifier['authenticate']> =>
    verifier.authenticate(bearerRequest(signToken(key, { iss: `${server.prefix}${tenant}` })));
  return {
    server,
    clock,
    verifier,
    ask,
    askSlowly: async (tenant) => {
      slow = tenant;
      gate = Promise.withResolvers();
      const before = server.total();
      const result = ask(tenant);
      await vi.waitFor(() => expect(server.total()).toBeGreaterThan(before));
      return { result };
    },
    answer: () => gate.resolve(),
  };
}

describe('a request in flight, with a resolver', () => {
  describe.each(['a new issuer', 'an issuer in use'])('for %s', (kind) => {
    async function open(): Promise<SlowTenants> {
      const tenants = await openSlowTenants();
      if (kind === 'a new issuer') return tenants;
      accepted(await tenants.ask('a'));
      tenants.clock.advance(life + 1);
      return tenants;
    }

    it.each(['of all issuers', 'of its issuer', 'of another issuer'])(
      '[ISSUERS-RESOLVER-CLEAR] is served after clear() %s, without a warning',
      async (what) => {
        const { server, verifier, askSlowly, answer, ask } = await open();
        const { result } = await askSlowly('a');
        if (what === 'of all issuers') verifier.clear();
        else verifier.clear(`${server.prefix}${what === 'of its issuer' ? 'a' : 'b'}`);
        answer();
        accepted(await result);
        accepted(await ask('a'));
        expect(warn).not.toHaveBeenCalled();
      },
    );

    it('is served after its issuer was evicted, without a warning', async () => {
      const { verifier, server, askSlowly, answer, ask } = await open();
      const { result } = await askSlowly('a');
      accepted(await ask('b'));
      expect(Object.keys(verifier.stats().issuers)).toEqual([`${server.prefix}b`]);
      answer();
      accepted(await result);
      expect(warn).not.toHaveBeenCalled();
    });

    it('is ERR_CLOSED after close(), which closes the connections', async () => {
      const { verifier, askSlowly } = await open();
      const { result } = await askSlowly('a');
      await verifier.close();
      expect(await result).toMatchObject({ ok: false, error: { code: 'ERR_CLOSED' } });
      expect(warn).not.toHaveBeenCalled();
    });
  });
});
