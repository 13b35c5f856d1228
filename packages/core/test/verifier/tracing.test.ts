import { AsyncLocalStorage } from 'node:async_hooks';
import { type TracingChannelSubscribers, tracingChannel } from 'node:diagnostics_channel';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createVerifier, type TracedAuthentication, type TracedFetch } from '../../src/index.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import { requestWith } from '../support/requests.ts';
import { codeOf, startScenario, startWarmScenario } from '../support/scenario.ts';
import { audience } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, verifierFor } from '../support/verifiers.ts';

interface Step<TContext> {
  readonly step: 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error';
  /** A copy: the members change from step to step. */
  readonly context: TContext;
}

/** Records what a tracing channel publishes until the test ends. */
function watch<TContext extends object>(name: string): Step<TContext>[] {
  const steps: Step<TContext>[] = [];
  const names = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
  const subscribers = Object.fromEntries(
    names.map((step) => [step, (context: unknown) => void steps.push({ step, context: { ...(context as TContext) } })]),
  ) as unknown as TracingChannelSubscribers<object>;
  const channel = tracingChannel(name);
  channel.subscribe(subscribers);
  onTestFinished(() => void channel.unsubscribe(subscribers));
  return steps;
}

const watchAuthentications = (): Step<TracedAuthentication>[] => watch('@verifier/core:authenticate');
const watchFetches = (): Step<TracedFetch>[] => watch('@verifier/core:fetch');

describe.each(engines)('@verifier/core:authenticate on the $name engine', (runtime) => {
  it('[TRACING-AUTHENTICATE] publishes scheme, issuer, scopes and whether the signature was cached', async () => {
    const scenario = await startWarmScenario({ runtime });
    const steps = watchAuthentications();
    const token = scenario.token(scenario.key, { scope: 'orders:read' });
    await scenario.authenticate(token);
    await scenario.authenticate(token);
    const issuer = scenario.server.issuer;
    const granted = { scheme: 'Bearer', issuer, code: undefined, scopes: ['orders:read'] };
    const last = steps.filter(({ context }) => context.scopes !== undefined).map(({ context }) => context);
    expect(last.at(0)).toEqual({ ...granted, cached: false });
    expect(last.at(-1)).toEqual({ ...granted, cached: true });
  });

  it('[TRACING-AUTHENTICATE] publishes a refusal as a code, and no error', async () => {
    const scenario = await startWarmScenario({ runtime });
    const steps = watchAuthentications();
    expect(await codeOf(scenario.authenticate(scenario.token(scenario.key, { exp: 1 })))).toBe('ERR_TOKEN_EXPIRED');
    expect(steps.at(-1)?.context).toEqual({
      scheme: 'Bearer',
      issuer: scenario.server.issuer,
      cached: false,
      code: 'ERR_TOKEN_EXPIRED',
      scopes: undefined,
    });
    expect(steps.map(({ step }) => step)).not.toContain('error');
  });

  it('[TRACING-AUTHENTICATE] contains neither the token nor an issuer that it made up', async () => {
    const scenario = await startWarmScenario({ runtime });
    const steps = watchAuthentications();
    const token = scenario.token(scenario.key, { iss: 'https://made-up.example', sub: 'secret-subject' });
    await scenario.authenticate(token);
    await scenario.authenticate(scenario.token(generateTestKey('ES256'), { sub: 'secret-subject' }));
    const text = JSON.stringify(steps);
    expect(steps.length).toBeGreaterThan(3);
    for (const secret of [token, 'made-up', 'secret-subject']) expect(text).not.toContain(secret);
  });
});

describe('@verifier/core:authenticate', () => {
  it('[TRACING-AUTHENTICATE] ends a synchronous result with end, and a promise with asyncEnd', async () => {
    const scenario = await startWarmScenario();
    const token = scenario.token();
    const steps = watchAuthentications();
    await scenario.authenticate(token);
    expect(steps.splice(0).map(({ step }) => step)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    await scenario.authenticate(token);
    expect(steps.splice(0).map(({ step }) => step)).toEqual(['start', 'end']);
    expect(await codeOf(scenario.verifier.authenticate(requestWith()))).toBe('ERR_CREDENTIALS_MISSING');
    expect(steps).toMatchObject([
      { step: 'start', context: { code: undefined } },
      { step: 'end', context: { scheme: undefined, code: 'ERR_CREDENTIALS_MISSING' } },
    ]);
  });

  it('[TRACING-AUTHENTICATE] covers verify, verifySync and verifyAll', async () => {
    const scenario = await startWarmScenario();
    const steps = watchAuthentications();
    const { verifier } = scenario;
    await verifier.verify(scenario.token());
    verifier.verifySync(scenario.token());
    await verifier.verifyAll(['x', scenario.token()]);
    const started = steps.filter(({ step }) => step === 'start');
    expect(started).toHaveLength(4);
    expect(steps.filter(({ context }) => context.code === 'ERR_TOKEN_MALFORMED')).not.toHaveLength(0);
  });

  it('[TRACING-AUTHENTICATE] publishes an error that a function of the application throws', async () => {
    const key = generateTestKey('ES256');
    const thrown = new Error('from the application');
    const verifier = verifierFor(key, {
      getToken: () => {
        throw thrown;
      },
    });
    const steps = watchAuthentications();
    await expect(verifier.authenticate(requestWith())).rejects.toBe(thrown);
    expect(steps.map(({ step }) => step)).toEqual(['start', 'error', 'end']);
    expect(steps.at(-1)?.context.error).toBe(thrown);
    await verifier.close();
  });

  it('[TRACING-AUTHENTICATE] names no issuer that a function accepted', async () => {
    const scenario = await startScenario();
    const { server, clock } = scenario;
    const verifier = createVerifier({ issuers: (issuer) => ({ issuer, audience }), clock, ...insecure(scenario) });
    onTestFinished(() => verifier.close());
    const steps = watchAuthentications();
    await verifier.verify(scenario.token()).catch(() => undefined);
    expect(steps.length).toBeGreaterThan(1);
    expect(JSON.stringify(steps)).not.toContain(server.issuer);
  });
});

describe.each(engines)('@verifier/core:fetch on the $name engine', (runtime) => {
  it('[TRACING-FETCH] publishes each exchange with its document and status', async () => {
    const scenario = await startScenario({ runtime });
    const steps = watchFetches();
    await scenario.authenticate(scenario.token());
    const ended = steps.filter(({ step }) => step === 'asyncEnd').map(({ context }) => context);
    const fetched = {
      issuer: scenario.server.issuer,
      status: 200,
      notModified: false,
      code: undefined,
      kind: undefined,
    };
    expect(ended).toEqual([
      { ...fetched, document: 'metadata' },
      { ...fetched, document: 'keys' },
    ]);
  });

  it('[TRACING-FETCH] publishes a failure as status, code and kind', async () => {
    const scenario = await startScenario({ runtime });
    scenario.server.fail('keys', faults.status(500));
    const steps = watchFetches();
    await scenario.authenticate(scenario.token());
    const issuer = scenario.server.issuer;
    expect(steps.at(-1)).toEqual({
      step: 'asyncEnd',
      context: {
        issuer,
        document: 'keys',
        status: 500,
        notModified: false,
        code: 'ERR_KEY_SET_UNAVAILABLE',
        kind: 'status',
      },
    });
    expect(steps.map(({ step }) => step)).not.toContain('error');
  });

  it('[TRACING-CONTEXT] runs a fetch within the asynchronous context of the request that waits', async () => {
    const scenario = await startScenario({ runtime });
    const requests = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const channel = tracingChannel('@verifier/core:fetch');
    const listen = (): void => void seen.push(requests.getStore());
    channel.start.subscribe(listen);
    channel.asyncEnd.subscribe(listen);
    onTestFinished(() => {
      channel.start.unsubscribe(listen);
      channel.asyncEnd.unsubscribe(listen);
    });
    await requests.run('request', async () => await scenario.authenticate(scenario.token()));
    expect(seen).toEqual(['request', 'request', 'request', 'request']);
  });

  it('[TRACING-CONTEXT] gives a fetch the store that is bound to the start of the authentication', async () => {
    const scenario = await startScenario({ runtime });
    const spans = new AsyncLocalStorage<string>();
    const authentications = tracingChannel('@verifier/core:authenticate');
    authentications.start.bindStore(spans, () => 'authentication');
    const fetches = tracingChannel('@verifier/core:fetch');
    const seen: (string | undefined)[] = [];
    const listen = (): void => void seen.push(spans.getStore());
    fetches.start.subscribe(listen);
    onTestFinished(() => {
      authentications.start.unbindStore(spans);
      fetches.start.unsubscribe(listen);
    });
    await scenario.authenticate(scenario.token());
    expect(seen).toEqual(['authentication', 'authentication']);
    expect(spans.getStore()).toBeUndefined();
  });
});

describe('the refresh timer', () => {
  it('[TRACING-CONTEXT] runs in no context of an earlier request', async () => {
    const requests = new AsyncLocalStorage<string>();
    const store = await new Promise((resolve) => {
      requests.run('request', () => node.schedule(0.001, () => resolve(requests.getStore())));
    });
    expect(store).toBeUndefined();
  });
});

function insecure({ options }: Awaited<ReturnType<typeof startScenario>>): object {
  return { http: options.http };
}
