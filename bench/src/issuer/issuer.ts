import type { AlgorithmName } from '../plan.ts';
import { type Child, startChild } from '../process/child.ts';
import { createSigningKey, type PublicKey, type SigningKey } from '../tokens/keys.ts';
import { createTokenFile, type Target } from '../tokens/token-file.ts';
import type { IssuerCommands } from './issuer-role.ts';

/** An authorization server in a process of its own. */
export interface Issuer {
  readonly origin: string;
  /** Returns the settings of a verifier for one of its issuers. */
  target(path: string, algorithm: AlgorithmName): Target;
  publish(path: string, keys: readonly PublicKey[]): Promise<void>;
  takeCount(): Promise<number>;
  end(): Promise<void>;
}

export const audience = 'api://default';

/** Starts an authorization server with a delay, in milliseconds, for every document. */
export async function startIssuer(latencyMs = 0): Promise<Issuer> {
  const child: Child<IssuerCommands> = await startChild<IssuerCommands>('issuer');
  const origin = await child.ask('listen', { latencyMs });
  return {
    origin,
    target: (path, algorithm) => {
      const issuer = origin + path;
      return { issuer, audience, jwksUri: `${issuer}/v1/keys`, algorithm };
    },
    publish: async (path, keys) => await child.ask('publish', { path, keys }),
    takeCount: async () => await child.ask('takeCount', undefined),
    end: async () => await child.end(),
  };
}

/** Publishes an issuer's signing key together with the next one, and writes its tokens to a file. */
export async function prepareTokens(issuer: Issuer, algorithm: AlgorithmName, uniqueTokens: number): Promise<string> {
  const path = `/${algorithm.toLowerCase()}`;
  const key: SigningKey = await createSigningKey(algorithm, 'hW3xQ9vKkq1Jd7Rm5uT2bYc8NfLpZs0aEoGiXtVw4Bs');
  const next = await createSigningKey(algorithm, 'n2Fb7GzTq8Xc4VwLk0YhRj6PsMd9EuAi1oQx5KtBr3C');
  await issuer.publish(path, [key.publicJwk, next.publicJwk]);
  return createTokenFile(issuer.target(path, algorithm), key, uniqueTokens);
}
