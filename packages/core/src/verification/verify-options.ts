import type { ProofRequest } from '../binding/proof-request.ts';
import { ConfigurationError } from '../errors.ts';
import { normalizeUri } from '../lib/normalize-uri.ts';
import type { Requirements } from '../requirements.ts';

/** The proof of a token that no HTTP server received, such as one in a message. */
export interface ProofOptions {
  /** The DPoP proof (RFC 9449, section 4.2). Requires the option `dpop` of the verifier. */
  readonly proof: string;
  /** The method that `htm` of the proof must be. */
  readonly method: string;
  /** The URL that `htu` of the proof must name. It decides instead of `dpop.publicUrl`. */
  readonly url: string;
}

/** The requirements on a bare token, and its proof if it is bound to a key. */
export type VerifyOptions = Requirements | (Requirements & ProofOptions);

/** The requirements and the proof in the options of `verify`. */
export interface ParsedVerifyOptions {
  readonly requirements: Requirements | undefined;
  readonly request: ProofRequest | undefined;
}

/** @throws ConfigurationError if the proof is not complete, or is not text. */
export function parseVerifyOptions(options: VerifyOptions | undefined): ParsedVerifyOptions {
  if (options === undefined || !hasProof(options)) return { requirements: options, request: undefined };
  const { proof, method, url, ...requirements } = options;
  const isComplete = [proof, method, url].every((text) => typeof text === 'string' && text !== '');
  const uri = isComplete ? normalizeUri(url) : undefined;
  if (uri === undefined) {
    throw new ConfigurationError(
      "verify takes { proof, method, url } together, such as { proof, method: 'GET', url: 'https://api.example.com/orders' }",
    );
  }
  const header = (name: string): readonly string[] => (name.toLowerCase() === 'dpop' ? [proof] : []);
  return { requirements, request: { method, uri, url: () => url, header } };
}

// Anything but an object is an error of its own.
function hasProof(options: object): options is Requirements & ProofOptions {
  const given: object = Object(options);
  return ['proof', 'method', 'url'].some((name) => Object.hasOwn(given, name));
}
