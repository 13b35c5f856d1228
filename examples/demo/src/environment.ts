import { EventEmitter, once } from 'node:events';
import type { VerifierEvent } from '@verifier/core';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { frameworks } from './frameworks.ts';
import { MovableClock } from './movable-clock.ts';
import type { RunningApi } from './running-api.ts';

/** An authorization server, and the APIs that trust it. */
export interface Environment {
  readonly issuer: AuthorizationServer;
  readonly apis: readonly RunningApi[];
  /** The clock of the APIs. */
  readonly clock: MovableClock;
  /** Returns the number of failed key set fetches so far. */
  failedFetches(): number;
  /** Resolves after the next successful fetch of the key set. */
  keysRefreshed(): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the authorization server, then one API for each framework, all on loopback. */
export async function startEnvironment(): Promise<Environment> {
  const issuer = await startAuthorizationServer({
    path: '/oauth2/default',
    clients: ['reader', 'writer'],
    scopes: ['orders:read', 'orders:write'],
    keyId: 'key-1',
  });
  // oktaAuth() reads this variable, and derives the audience of an issuer that ends in /oauth2/default.
  process.env['OKTA_OAUTH2_ISSUER'] = issuer.issuer;
  const clock = new MovableClock();
  const watch = watchKeys();
  const apis: RunningApi[] = [];
  for (const [index, start] of frameworks.entries()) {
    // The APIs share the keys of the issuer: a second listener would count each fetch twice.
    apis.push(await start({ clock, onEvent: index === 0 ? watch.onEvent : () => undefined }));
  }
  const close = async (): Promise<void> => {
    await Promise.all(apis.map((api) => api.close()));
    await issuer.close();
  };
  return { issuer, apis, clock, ...watch, close };
}

type KeyWatch = Pick<Environment, 'failedFetches' | 'keysRefreshed'> & { onEvent(event: VerifierEvent): void };

function watchKeys(): KeyWatch {
  const events = new EventEmitter();
  let failed = 0;
  return {
    failedFetches: () => failed,
    keysRefreshed: () => within(5, once(events, 'refreshed'), 'The APIs did not fetch the key set'),
    onEvent(event) {
      if (!('document' in event) || event.document !== 'keys') return;
      if (event.type === 'refresh-failed') failed += 1;
      else events.emit('refreshed');
    },
  };
}

async function within(seconds: number, awaited: Promise<unknown>, message: string): Promise<void> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${message} within ${seconds} s`)), seconds * 1000);
  await Promise.race([awaited, timeout]).finally(() => clearTimeout(timer));
}
