import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';

/** A warning that is repeated only after its message changed, not for each failed fetch. */
export class ChangeWarning {
  readonly #output: Pick<TelemetryRuntime, 'warn'>;
  readonly #code: string;
  #last: string | undefined;

  constructor(output: Pick<TelemetryRuntime, 'warn'>, code: string) {
    this.#output = output;
    this.#code = code;
  }

  update(message: string | undefined): void {
    if (message !== undefined && message !== this.#last) this.#output.warn(message, this.#code);
    this.#last = message;
  }
}
