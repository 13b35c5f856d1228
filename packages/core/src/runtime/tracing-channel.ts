import type { MaybePromise } from '../lib/maybe-promise.ts';

/** A channel of the module `diagnostics_channel`. */
export interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(context: object): void;
  /** Publishes the context, and runs a function with the stores that are bound to the channel. */
  runStores<TResult>(context: object, run: () => TResult): TResult;
}

/** A tracing channel of the module `diagnostics_channel`. */
export interface TracingChannel {
  /** Whether any of the five channels has subscribers. Without them, nothing else is called. */
  readonly hasSubscribers: boolean;
  readonly start: DiagnosticsChannel;
  readonly end: DiagnosticsChannel;
  readonly asyncStart: DiagnosticsChannel;
  readonly asyncEnd: DiagnosticsChannel;
  readonly error: DiagnosticsChannel;
}

/** One operation, and what is published of it. */
export interface TracedOperation<TResult> {
  /** The object that subscribers receive with each step. */
  readonly context: { error?: unknown };
  run(): MaybePromise<TResult>;
  /** Writes the result to the context. */
  succeeded(result: TResult): void;
  /** Writes an expected error to the context, as data. Returns whether it was an expected one. */
  failed(error: unknown): boolean;
}

/** Runs an operation and publishes its steps: start and end, and for a promise asyncStart and asyncEnd. */
export function traceOperation<TResult>(
  channel: TracingChannel,
  operation: TracedOperation<TResult>,
): MaybePromise<TResult> {
  const { context } = operation;
  return channel.start.runStores(context, () => {
    try {
      const result = operation.run();
      if (result instanceof Promise) return traceSettlement(channel, operation, result);
      operation.succeeded(result);
      return result;
    } catch (error) {
      publishFailure(channel, operation, error);
      throw error;
    } finally {
      channel.end.publish(context);
    }
  });
}

async function traceSettlement<TResult>(
  channel: TracingChannel,
  operation: TracedOperation<TResult>,
  promise: Promise<TResult>,
): Promise<TResult> {
  const { context } = operation;
  try {
    const result = await promise;
    operation.succeeded(result);
    return result;
  } catch (error) {
    publishFailure(channel, operation, error);
    throw error;
  } finally {
    channel.asyncStart.publish(context);
    channel.asyncEnd.publish(context);
  }
}

function publishFailure<TResult>(channel: TracingChannel, operation: TracedOperation<TResult>, error: unknown): void {
  if (operation.failed(error)) return;
  operation.context.error = error;
  channel.error.publish(operation.context);
}
