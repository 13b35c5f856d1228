import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { compareWithCore } from './agreement.ts';
import { type Answer, toAnswer } from './answer.ts';
import type { ConformanceApp, Profile } from './app.ts';
import { hostileRealm, hostileText } from './cases/hostile.ts';
import type { ConformanceCase, HeaderList } from './conformance-case.ts';
import { exchange, type RawRequest } from './exchange.ts';
import { createForge, type Forge } from './forge.ts';
import { findLeaks } from './leaks.ts';

/** An application that listens. */
export interface RunningApp {
  /** Where it is reached, such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** How an adapter takes part: it starts the application that it is asked for, in whatever process or runtime. */
export interface AdapterHarness {
  start(app: ConformanceApp): Promise<RunningApp>;
}

/** What an adapter answered, and what of the request or of its own workings it should not have told. */
export interface Outcome {
  readonly answer: Answer;
  readonly leaks: readonly string[];
}

/** What the application of the default profile answers at `/protected` to a request with some headers. */
export type Asked = (headers: HeaderList) => Promise<Answer>;

/** The issuers and applications that the cases run against. */
export interface Stage {
  ask(testCase: ConformanceCase): Promise<Outcome>;
  /** Compares random requests with what core says to them. */
  compareWithCore(numRuns: number): Promise<void>;
  close(): Promise<void>;
}

interface Place {
  readonly forge: Forge;
  readonly app: RunningApp;
}

const profiles: readonly Profile[] = [
  'default',
  'optional',
  'framework',
  'hostile-realm',
  'rejecting',
  'issuer-down',
  'issuer-down-framework',
];

/** Starts an issuer, makes another one that is down from the beginning, and starts the adapter's applications. */
export async function openStage(harness: AdapterHarness): Promise<Stage> {
  const [issuer, absent] = await Promise.all([startIssuer(), startIssuer()]);
  const [forge, absentForge] = await Promise.all([createForge(issuer), createForge(absent)]);
  await absent.stop();
  const places = new Map<Profile, Place>();
  for (const profile of profiles) {
    const used = profile.startsWith('issuer-down') ? absentForge : forge;
    places.set(profile, { forge: used, app: await harness.start(describeApp(profile, used)) });
  }
  return {
    ask: (testCase) => ask(testCase, places),
    compareWithCore: (numRuns) => compareWithCore(forge, asking(placeOf('default', places)), numRuns),
    close: async () => {
      await Promise.all([...places.values()].map(({ app }) => app.close()));
      await Promise.all([issuer.close(), absent.close()]);
    },
  };
}

function startIssuer(): Promise<AuthorizationServer> {
  return startAuthorizationServer({ audience: 'https://api.example', scopes: ['read:messages', 'write:messages'] });
}

function describeApp(profile: Profile, { issuer, audience }: Forge): ConformanceApp {
  const app = { profile, issuer, audience };
  switch (profile) {
    case 'optional':
      return { ...app, optional: true };
    case 'framework':
    case 'issuer-down-framework':
      return { ...app, onError: 'framework' };
    case 'hostile-realm':
      return { ...app, realm: hostileRealm };
    case 'rejecting':
      return { ...app, rejectWith: `rejected because of ${hostileText}` };
    default:
      return app;
  }
}

function placeOf(profile: Profile, places: ReadonlyMap<Profile, Place>): Place {
  const place = places.get(profile);
  if (place === undefined) throw new Error(`No application for ${profile}`);
  return place;
}

function asking({ app, forge }: Place): Asked {
  return async (headers) =>
    toAnswer(await exchange(app.origin, { method: 'GET', path: '/protected', headers }), forge.issuer);
}

async function ask(testCase: ConformanceCase, places: ReadonlyMap<Profile, Place>): Promise<Outcome> {
  const place = placeOf(testCase.profile ?? 'default', places);
  const request = toRequest(testCase, place.forge);
  const response = await exchange(place.app.origin, request);
  return { answer: toAnswer(response, place.forge.issuer), leaks: findLeaks(request, response) };
}

function toRequest({ method = 'GET', path = '/protected', headers = [] }: ConformanceCase, forge: Forge): RawRequest {
  return {
    method,
    path: typeof path === 'string' ? path : path(forge),
    headers: typeof headers === 'function' ? headers(forge) : headers,
  };
}
