import type { AsyncLocalStorage } from 'node:async_hooks';
import { type TracingChannelSubscribers, tracingChannel } from 'node:diagnostics_channel';
import type { Context } from '@opentelemetry/api';
import type { TracedAuthentication, TracedFetch } from '@verifier/core';
import { ContextStore } from './context-store.ts';

/** Listens to one kind of operation. */
export interface OperationListener<TOperation> {
  readonly started?: (operation: TOperation) => void;
  /** The result is known. */
  readonly ended: (operation: TOperation) => void;
}

/** Listens to the authentications of every verifier of the process. Returns a function that ends it. */
export function onAuthentication({ started, ended }: OperationListener<TracedAuthentication>): () => void {
  return subscribe<TracedAuthentication>('@verifier/core:authenticate', {
    ...(started === undefined ? {} : { start: started }),
    end: (operation) => {
      if (!isPending(operation)) ended(operation);
    },
    asyncEnd: ended,
  });
}

/** Listens to the fetches of metadata and key sets. Returns a function that ends it. */
export function onFetch({ started, ended }: OperationListener<TracedFetch>): () => void {
  return subscribe<TracedFetch>('@verifier/core:fetch', {
    ...(started === undefined ? {} : { start: started }),
    asyncEnd: ended,
  });
}

/** Runs each fetch in the context that `enter` returns, until the returned function is called. */
export function bindFetches(enter: (fetch: TracedFetch) => Context): () => void {
  const { start } = tracingChannel<unknown, TracedFetch>('@verifier/core:fetch');
  const store = new ContextStore() as unknown as AsyncLocalStorage<Context>;
  start.bindStore(store, enter);
  return () => void start.unbindStore(store);
}

// A channel is found by its name, whether core is loaded before this package, after it, or twice.
function subscribe<TOperation extends object>(
  name: string,
  listeners: Partial<TracingChannelSubscribers<TOperation>>,
): () => void {
  const channel = tracingChannel<unknown, TOperation>(name);
  // Node.js subscribes those that are defined only; its types require all of them.
  const subscribers = listeners as TracingChannelSubscribers<TOperation>;
  channel.subscribe(subscribers);
  return () => void channel.unsubscribe(subscribers);
}

// `end` is also published when a promise is returned. A result has scopes or a code; anonymous requests have no scheme.
function isPending({ scheme, scopes, code, error }: TracedAuthentication): boolean {
  return scheme !== undefined && scopes === undefined && code === undefined && error === undefined;
}
