import type { OktaOptions, Verifier } from '@verifier/core';

/** What the demo sets of an API's verifier. The issuer comes from the environment, and the audience from the issuer. */
type ApiOptions = Required<Pick<OktaOptions, 'clock' | 'onEvent'>>;

/** An API that listens on loopback. */
export interface RunningApi {
  /** The framework that it is written with. */
  readonly name: string;
  readonly origin: string;
  readonly verifier: Verifier;
  close(): Promise<void>;
}

/** Starts the API of the demo, written as its framework's users would write it. */
export type StartApi = (options: ApiOptions) => Promise<RunningApi>;
