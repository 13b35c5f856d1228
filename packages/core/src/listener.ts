import type { EventListener } from './issuer-entry.ts';
import type { Runtime } from './runtime/runtime.ts';

/** A user's listener, if there is one. What it throws is its own fault, and must not become a client's. */
export function guardedListener(onEvent: EventListener | undefined, runtime: Pick<Runtime, 'warn'>): EventListener {
  if (onEvent === undefined) return () => undefined;
  return (event) => {
    try {
      onEvent(event);
    } catch (error) {
      runtime.warn(`onEvent threw ${error instanceof Error ? error.stack : String(error)}`, 'VERIFIER_LISTENER');
    }
  };
}
