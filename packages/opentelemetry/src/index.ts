export {
  type InstrumentationOptions,
  instrumentVerifier,
  type VerifierInstrumentation,
} from './instrument-verifier.ts';
export { setSubject } from './set-subject.ts';
