import { EventEmitter, once } from 'node:events';
import type { VerifierEvent } from '@verifier/core';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import type { RunningApi } from './framework.ts';
import { frameworks } from './frameworks.ts';
import { MovableClock } from './movable-clock.ts';

/** Where the demo takes place: an authorization server, and the APIs that trust it. */
export interface Setting {
  readonly issuer: AuthorizationServer;
  readonly apis: readonly RunningApi[];
  /** The clock of the APIs. */
  readonly clock: MovableClock;
  /** How many fetches of the key set got no usable answer so far. */
  failedFetches(): number;
  /** Resolves when the APIs have fetched the key set the next time. */
  keysRefreshed(): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the authorization server, and then one API for each framework, all on loopback. */
export async function openSetting(): Promise<Setting> {
  const issuer = await startAuthorizationServer({
    path: '/oauth2/default',
    clients: ['reader', 'writer'],
    scopes: ['orders:read', 'orders:write'],
    keyId: 'key-1',
  });
  // oktaAuth() finds the issuer there, and knows the audience of an issuer that ends in /oauth2/default.
  process.env['OKTA_OAUTH2_ISSUER'] = issuer.issuer;
  const clock = new MovableClock();
  const watch = watchKeys();
  const apis: RunningApi[] = [];
  for (const [index, start] of frameworks.entries()) {
    // The APIs share the keys of the issuer, so that what happens to them has to be heard only once.
    apis.push(await start({ clock, onEvent: index === 0 ? watch.onEvent : () => undefined }));
  }
  const close = async (): Promise<void> => {
    await Promise.all(apis.map((api) => api.close()));
    await issuer.close();
  };
  return { issuer, apis, clock, ...watch, close };
}

type KeyWatch = Pick<Setting, 'failedFetches' | 'keysRefreshed'> & { onEvent(event: VerifierEvent): void };

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

async function within(seconds: number, awaited: Promise<unknown>, complaint: string): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${complaint} within ${seconds} s`)), seconds * 1000);
  await Promise.race([awaited, late]).finally(() => clearTimeout(timer));
}
