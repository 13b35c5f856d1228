import {
  type AnyAuthError,
  type ConfigurationError,
  createVerifier,
  isAuthError,
  isConfigurationError,
  type VerifierOptions,
} from '../../src/index.ts';

/** Returns the AuthError that a call throws. Fails the test if the call returns, or throws anything else. */
export function authErrorOf(run: () => unknown): AnyAuthError {
  const error = thrownBy(run);
  if (isAuthError(error)) return error;
  throw new Error('The call threw something other than an AuthError', { cause: error });
}

/** Returns the AuthError that a promise rejects with. Fails the test if it fulfils, or rejects with anything else. */
export async function authErrorFrom(work: Promise<unknown>): Promise<AnyAuthError> {
  const [outcome] = await Promise.allSettled([work]);
  return authErrorOf(() => {
    if (outcome.status === 'rejected') throw outcome.reason;
  });
}

/** Returns the ConfigurationError that `createVerifier` throws for some options, which may have any type. */
export function configurationErrorOf(options: unknown): ConfigurationError {
  return configurationErrorIn(() => createVerifier(options as VerifierOptions));
}

/** Returns the ConfigurationError that a call throws. */
export function configurationErrorIn(run: () => unknown): ConfigurationError {
  const error = thrownBy(run);
  if (isConfigurationError(error)) return error;
  throw new Error('The call threw something other than a ConfigurationError', { cause: error });
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('The call threw nothing');
}
