import type { Verifier, VerifierOptions } from '../../src/index.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { ProcessVerifier } from '../../src/process-verifier.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';

/** `createVerifier` on a given runtime instead of that of the process. */
export function createVerifierOnRuntime(options: VerifierOptions, runtime: Runtime): Verifier {
  return new ProcessVerifier(resolveOptions(options), runtime);
}
