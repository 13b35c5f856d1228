import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { type Answer, toAnswer } from './answer.ts';
import type { ConformanceApp, Profile } from './app.ts';
import { boundApps } from './cases/bound-apps.ts';
import { hostileRealm, hostileText } from './cases/hostile.ts';
import { cacheable } from './cases/profiles.ts';
import { resource } from './cases/resources.ts';
import { compareWithCore } from './compare-with-core.ts';
import type { ConformanceCase, HeaderList } from './conformance-case.ts';
import { exchange, type RawRequest } from './exchange.ts';
import { findLeaks } from './leaks.ts';
import { requestAsClient } from './request-as-client.ts';
import { requestAsMcpClient } from './request-as-mcp-client.ts';
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
  /** Sends requests to `/protected` with an OAuth client and DPoP. Returns the statuses of the answers. */
  requestAsClient(count: number): Promise<readonly number[]>;
  /** The same with the client of the Model Context Protocol, which retries by itself. */
  requestAsMcpClient(count: number): Promise<readonly number[]>;
  /** Sends copies of a request at once. Returns the statuses of the answers. */
  sendAtOnce(testCase: ConformanceCase, copies: number): Promise<readonly number[]>;
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
  'dpop',
  'dpop-require',
  'dpop-nonce',
  'dpop-optional',
  'dpop-framework',
  'dpop-store-down',
  'mtls',
  'mtls-require',
  'mtls-xfcc',
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
    requestAsClient: (count) => {
      const { app, context: signing } = deploymentOf('dpop-nonce', deployments);
      return requestAsClient(app.origin, signing, count);
    },
    requestAsMcpClient: (count) => {
      const { app, context: signing } = deploymentOf('dpop-nonce', deployments);
      return requestAsMcpClient(app.origin, signing, count);
    },
    sendAtOnce: async (testCase, copies) => {
      const { app, context: signing } = deploymentOf(testCase.profile ?? 'default', deployments);
      const request = toRequest(testCase, signing);
      const answers = await Promise.all(Array.from({ length: copies }, () => exchange(app.origin, request)));
      return answers.map(({ status }) => status);
    },
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
      return { ...app, ...boundApps[profile] };
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
  let response = await exchange(app.origin, request);
  for (let sent = 1; sent < (testCase.times ?? 1); sent += 1) response = await exchange(app.origin, request);
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
