import { startFaultServer } from '@verifier/test-issuer';
import * as undici8 from 'undici';
import * as undici5 from 'undici-5';
import * as undici6 from 'undici-6';
import * as undici7 from 'undici-7';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { configurationErrorIn } from '../support/expected-errors.ts';
import { audience } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('ES256');

interface Closable {
  close(): Promise<void>;
}

/** The members that all versions of undici export. */
interface Undici {
  readonly Agent: new () => Closable;
  readonly ProxyAgent: new (url: string) => Closable;
  readonly MockAgent: new () => Closable;
  readonly Pool: new (origin: string) => Closable;
}

function dispatchersOf(undici: object): Closable[] {
  const { Agent, ProxyAgent, MockAgent, Pool } = undici as Undici;
  return [new Agent(), new ProxyAgent('http://127.0.0.1:9'), new MockAgent(), new Pool('http://127.0.0.1:9')];
}

const versions: Readonly<Record<string, readonly object[]>> = {
  '5': dispatchersOf(undici5),
  '6': [
    ...dispatchersOf(undici6),
    new undici6.Agent().compose((dispatch) => (options, handler) => dispatch(options, handler)),
    new undici6.RetryAgent(new undici6.Agent()),
    new undici6.EnvHttpProxyAgent({ httpProxy: 'http://127.0.0.1:9' }),
  ],
};

describe.each(Object.entries(versions))(
  '[HTTP-DISPATCHER-VERSION] a dispatcher of undici %s',
  (version, dispatchers) => {
    it.each(dispatchers.map((each) => [each.constructor.name, each] as const))(
      'is a ConfigurationError at creation that names both versions: %s',
      (_name, dispatcher) => {
        const http = { dispatcher };
        const options = { issuer: 'https://issuer.example', audience, http };
        const error = configurationErrorIn(() => createVerifier(options));
        expect(error.message).toMatch(
          new RegExp(`^http\\.dispatcher was made by .*undici ${version}.*, and undici 7 or 8 is needed`),
        );
        const ofResolver = configurationErrorIn(() => createVerifier({ issuers: () => undefined, http }));
        expect(ofResolver.message).toBe(error.message);
      },
    );
  },
);

describe.each([
  ['7', undici7],
  ['8', undici8],
])('[HTTP-DISPATCHER-VERSION] a dispatcher of undici %s', (_version, undici) => {
  const { Agent, RetryAgent } = undici as typeof undici8;
  const composed = new Agent().compose((dispatch) => (options, handler) => dispatch(options, handler));
  const wrapped = { dispatch: (...args: Parameters<typeof composed.dispatch>) => composed.dispatch(...args) };

  it.each([
    ['an agent', new Agent()],
    ['a composed agent', composed],
    ['a twice composed agent', composed.compose((dispatch) => (options, handler) => dispatch(options, handler))],
    ['a retrying agent', new RetryAgent(new Agent())],
    ['an object of the application around one', wrapped],
  ])('serves every fetch: %s', async (_case, dispatcher) => {
    const server = await startFaultServer();
    onTestFinished(() => server.stop());
    server.publish(keySetOf(key));
    const verifier = createVerifier({ issuer: server.issuer, audience, http: { dispatcher } });
    await verifier.warmUp();
    await verifier.close();
    expect(server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });
});
