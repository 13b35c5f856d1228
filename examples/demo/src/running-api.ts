import type { OktaOptions, Verifier } from '@verifier/core';

/** The options that the demo sets. `oktaAuth()` reads the issuer from the environment and derives the audience. */
type ApiOptions = Required<Pick<OktaOptions, 'clock' | 'onEvent'>>;

/** An API that listens on loopback. */
export interface RunningApi {
  /** The name of its framework. */
  readonly name: string;
  readonly origin: string;
  readonly verifier: Verifier;
  close(): Promise<void>;
}

/** Starts the API of the demo in one framework, written as an application would write it. */
export type StartApi = (options: ApiOptions) => Promise<RunningApi>;
