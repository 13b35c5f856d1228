import { attackCases } from './cases/attacks.ts';
import { bodyCases } from './cases/bodies.ts';
import { certificateCases } from './cases/certificates.ts';
import { claimCases } from './cases/claims.ts';
import { credentialCases } from './cases/credentials.ts';
import { hostileCases } from './cases/hostile.ts';
import { policyCases } from './cases/policies.ts';
import { profileCases } from './cases/profiles.ts';
import { proofModeCases } from './cases/proof-modes.ts';
import { proofCases } from './cases/proofs.ts';
import { resourceCases } from './cases/resources.ts';
import { scopeCases } from './cases/scopes.ts';
import { signatureCases } from './cases/signatures.ts';
import { stepUpCases } from './cases/step-up.ts';
import type { ConformanceCase } from './conformance-case.ts';

/** Every request of the suite, and the answer that every adapter must give. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...credentialCases,
  ...signatureCases,
  ...claimCases,
  ...scopeCases,
  ...stepUpCases,
  ...policyCases,
  ...profileCases,
  ...resourceCases,
  ...proofCases,
  ...proofModeCases,
  ...certificateCases,
  ...bodyCases,
  ...hostileCases,
  ...attackCases,
];
