import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { type Answer, toAnswer } from './answer.ts';
import type { ConformanceApp, Profile } from './app.ts';
import { hostileRealm, hostileText } from './cases/hostile.ts';
import { cacheable } from './cases/profiles.ts';
import { resource } from './cases/resources.ts';
import { compareWithCore } from './compare-with-core.ts';
import type { ConformanceCase, HeaderList } from './conformance-case.ts';
import { exchange, type RawRequest } from './exchange.ts';
import { findLeaks } from './leaks.ts';
import { readSigningContext, type SigningContext } from './token-builder.ts';

/** A running application. */
export interface RunningApp {
  /** Its origin, such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Starts an adapter's applications, in any process or runtime. */
export interface AdapterHarness {
  start(app: ConformanceApp): Promise<RunningApp>;
}

/** An adapter's answer, and the parts of the request or of the implementation that it leaks. */
export interface Outcome {
  readonly answer: Answer;
  readonly leaks: readonly string[];
}

/** Sends headers to `/protected` of the default profile, and returns the answer. */
export type SendHeaders = (headers: HeaderList) => Promise<Answer>;

/** The issuers and applications of one adapter that the cases run against. */
export interface Suite {
  run(testCase: ConformanceCase): Promise<Outcome>;
  /** Compares the adapter's answers to random requests with core's. */
  compareWithCore(numRuns: number): Promise<void>;
  close(): Promise<void>;
}

interface Deployment {
  readonly context: SigningContext;
  readonly app: RunningApp;
}

const profiles: readonly Profile[] = [
  'default',
  'cached',
  'given-keys',
  'optional',
  'framework',
  'hierarchy',
  'hostile-realm',
  'rejecting',
  'issuer-down',
  'issuer-down-framework',
  'resource',
  'resource-framework',
  'resource-at-origin',
  'resource-with-query',
];

/** Starts an issuer, another one that is down, and the adapter's applications for each profile. */
export async function startSuite(harness: AdapterHarness): Promise<Suite> {
  const [issuer, stopped] = await Promise.all([startIssuer(), startIssuer()]);
  const [context, stoppedContext] = await Promise.all([readSigningContext(issuer), readSigningContext(stopped)]);
  await stopped.stop();
  const deployments = new Map<Profile, Deployment>();
  for (const profile of profiles) {
    const used = profile.startsWith('issuer-down') ? stoppedContext : context;
    deployments.set(profile, { context: used, app: await harness.start(describeApp(profile, used)) });
  }
  return {
    run: (testCase) => runCase(testCase, deployments),
    compareWithCore: (numRuns) => compareWithCore(context, sender(deploymentOf('default', deployments)), numRuns),
    close: async () => {
      await Promise.all([...deployments.values()].map(({ app }) => app.close()));
      await Promise.all([issuer.close(), stopped.close()]);
    },
  };
}

function startIssuer(): Promise<AuthorizationServer> {
  return startAuthorizationServer({ audience: 'https://api.example', scopes: ['read:messages', 'write:messages'] });
}

function describeApp(profile: Profile, { issuer, audience, kid, publicKey }: SigningContext): ConformanceApp {
  const app = { profile, issuer, audience, acrLevels: ['low', 'mfa', 'phr'] };
  switch (profile) {
    case 'cached':
      return { ...app, cacheControl: cacheable };
    case 'given-keys':
      return { ...app, jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] } };
    case 'optional':
      return { ...app, optional: true };
    case 'framework':
    case 'issuer-down-framework':
      return { ...app, onError: 'framework' };
    case 'hierarchy':
      return {
        ...app,
        scopeImplies: { 'admin:messages': ['write:messages'], 'write:messages': ['read:messages'] },
      };
    case 'hostile-realm':
      return { ...app, realm: hostileRealm };
    case 'rejecting':
      return { ...app, rejectWith: `rejected because of ${hostileText}` };
    case 'resource':
      return { ...app, resource };
    case 'resource-framework':
      return { ...app, resource, onError: 'framework' };
    case 'resource-at-origin':
      return { ...app, resource: { url: 'https://api.example', challengeScope: false } };
    case 'resource-with-query':
      return { ...app, resource: { url: 'https://api.example/mcp?tenant=a' } };
    default:
      return app;
  }
}

function deploymentOf(profile: Profile, deployments: ReadonlyMap<Profile, Deployment>): Deployment {
  const deployment = deployments.get(profile);
  if (deployment === undefined) throw new Error(`There is no application for ${profile}`);
  return deployment;
}

function sender({ app, context }: Deployment): SendHeaders {
  return async (headers) =>
    toAnswer(await exchange(app.origin, { method: 'GET', path: '/protected', headers }), context.issuer);
}

async function runCase(testCase: ConformanceCase, deployments: ReadonlyMap<Profile, Deployment>): Promise<Outcome> {
  const { app, context } = deploymentOf(testCase.profile ?? 'default', deployments);
  const request = toRequest(testCase, context);
  const response = await exchange(app.origin, request);
  return { answer: toAnswer(response, context.issuer), leaks: findLeaks(request, response) };
}

function toRequest(
  { method = 'GET', path = '/protected', headers = [], body }: ConformanceCase,
  context: SigningContext,
): RawRequest {
  return {
    method,
    path: typeof path === 'string' ? path : path(context),
    headers: typeof headers === 'function' ? headers(context) : headers,
    body,
  };
}
