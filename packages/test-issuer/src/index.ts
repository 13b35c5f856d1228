export type { KeyRing, RotateOptions } from './key-ring.ts';
export type { ClientCredentials, TestIssuerOptions, TlsIdentity } from './options.ts';
export type { SignOptions } from './sign-token.ts';
export type { SigningAlgorithm, SigningKey } from './signing-key.ts';
export { generateSigningKey } from './signing-key.ts';
export type { IssuerKeys, TokenRequest } from './test-issuer.ts';
export { startTestIssuer, TestIssuer } from './test-issuer.ts';
export type { TrafficCounts } from './traffic.ts';
