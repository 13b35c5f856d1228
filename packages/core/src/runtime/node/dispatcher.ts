import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { ConfigurationError } from '../../errors.ts';

interface UndiciDispatcher {
  readonly close?: unknown;
  readonly destroy?: unknown;
  readonly compose?: unknown;
}

/**
 * Validates that a dispatcher of undici understands the handlers of the installed version.
 *
 * @throws ConfigurationError that names both versions.
 */
export function validateDispatcher(dispatcher: object): void {
  const version = outdatedVersion(dispatcher);
  if (version === undefined) return;
  throw new ConfigurationError(
    `http.dispatcher was made by ${version}, and undici 7 or 8 is needed: install undici@8, and import the dispatcher from it`,
  );
}

// Dispatchers do not tell their version. `compose` is absent from undici 5 and the first versions of undici 6, returns a
// dispatcher of another class in undici 6, and a proxy since undici 7. An object that only has the function `dispatch`
// is one of the application's own.
function outdatedVersion(dispatcher: object): string | undefined {
  const { close, destroy, compose }: UndiciDispatcher = dispatcher;
  const isUndici = dispatcher instanceof EventEmitter && typeof close === 'function' && typeof destroy === 'function';
  if (!isUndici || types.isProxy(dispatcher)) return undefined;
  if (typeof compose !== 'function') return 'undici 5, or an early undici 6';
  return types.isProxy(compose.call(dispatcher)) ? undefined : 'undici 6';
}
