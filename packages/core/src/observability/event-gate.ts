import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { EventListener, VerifierEvent } from './events.ts';

type Output = Pick<TelemetryRuntime, 'warn' | 'debug'>;

// More than a first fetch of metadata and keys causes.
const maxEvents = 100;

/**
 * Keeps the events of an issuer back until a token of it was verified, and its warnings from being written. A client
 * chooses the issuer of an unsigned token, and must cause neither log lines nor the labels of a metric.
 */
export class EventGate {
  readonly #publish: EventListener;
  readonly #output: Output;
  #events: VerifierEvent[] = [];
  #isOpen = false;

  constructor(publish: EventListener, output: Output) {
    this.#publish = publish;
    this.#output = output;
  }

  /** Passes warnings and debug lines on while the gate is open. */
  readonly output: Output = {
    warn: (message, code) => {
      if (this.#isOpen) this.#output.warn(message, code);
    },
    debug: (line) => {
      if (this.#isOpen) this.#output.debug(line);
    },
  };

  /** Whether events are passed on. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Passes an event on, or keeps it until the gate opens. */
  readonly publish: EventListener = (event) => {
    if (this.#isOpen) this.#publish(event);
    else if (this.#events.length < maxEvents) this.#events.push(event);
  };

  /** Publishes what was kept back, and everything from now on. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#publish(event);
  }
}
