import { tracingChannel } from 'node:diagnostics_channel';
import type { Context } from '@opentelemetry/api';
import { createContextStore } from './context-store.ts';

/** The context of an authentication. Its members are set when the result is known. */
export interface AuthenticateContext {
  readonly scheme?: string | undefined;
  /** A configured issuer. */
  readonly issuer?: string | undefined;
  /** Whether the token had been verified before. */
  readonly cached?: boolean | undefined;
  /** The error code of a refusal. */
  readonly code?: string | undefined;
}

/** The context of a fetch. The members after `document` are set when the result is known. */
export interface FetchContext {
  readonly issuer: string;
  readonly document: 'keys' | 'metadata';
  readonly status?: number | undefined;
  readonly notModified?: boolean | undefined;
  /** The error code of a failure. */
  readonly code?: string | undefined;
}

interface Listener<TContext> {
  /** Returns the context of OpenTelemetry in which the operation runs. */
  readonly enter?: (context: TContext) => Context;
  readonly start?: (context: TContext) => void;
  /** The result is known. */
  readonly finish: (context: TContext) => void;
}

/** Listens to the authentications of every verifier of the process. Returns a function that ends it. */
export function onAuthenticate(listener: Listener<AuthenticateContext>): () => void {
  return listen('@verifier/core:authenticate', listener);
}

/** Listens to the fetches of metadata and key sets. Returns a function that ends it. */
export function onFetch(listener: Listener<FetchContext>): () => void {
  return listen('@verifier/core:fetch', listener);
}

// A channel is found by its name, whether core is loaded before this package, after it, or twice.
function listen<TContext extends object>(name: string, { enter, start, finish }: Listener<TContext>): () => void {
  const channel = tracingChannel<unknown, TContext>(name);
  const nothing = (): void => undefined;
  const finishSync = (context: TContext): void => {
    if (!isPending(context)) finish(context);
  };
  const subscribers = {
    start: start ?? nothing,
    end: finishSync,
    asyncStart: nothing,
    asyncEnd: finish,
    error: nothing,
  };
  const store = createContextStore();
  if (enter !== undefined) channel.start.bindStore(store, enter);
  channel.subscribe(subscribers);
  return () => {
    channel.unsubscribe(subscribers);
    channel.start.unbindStore(store);
  };
}

// A promise is pending: nothing is known yet.
function isPending(context: AuthenticateContext | FetchContext | object): boolean {
  const { cached, code } = context as AuthenticateContext;
  return cached === undefined && code === undefined;
}
