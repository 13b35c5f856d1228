import type { Attack } from './attack.ts';
import { algorithmAttacks } from './rows/algorithms.ts';
import { behaviourAttacks } from './rows/behaviour.ts';
import { cacheAttacks } from './rows/caches.ts';
import { claimAttacks } from './rows/claims.ts';
import { clientCertificateAttacks } from './rows/client-certificates.ts';
import { documentAttacks } from './rows/documents.ts';
import { encodingAttacks } from './rows/encodings.ts';
import { extensionAttacks } from './rows/extensions.ts';
import { formAttacks } from './rows/forms.ts';
import { headerKeyAttacks } from './rows/header-keys.ts';
import { issuerAttacks } from './rows/issuers.ts';
import { keyIdentifierAttacks } from './rows/key-identifiers.ts';
import { keyAttacks } from './rows/keys.ts';
import { macAttacks } from './rows/macs.ts';
import { optionAttacks } from './rows/options.ts';
import { proofAttacks } from './rows/proofs.ts';
import { purposeAttacks } from './rows/purposes.ts';
import { signatureAttacks } from './rows/signatures.ts';

/** Every attack that is run: each published class, in every form that applies to this verifier. */
export const corpus: readonly Attack[] = [
  ...algorithmAttacks,
  ...macAttacks,
  ...signatureAttacks,
  ...headerKeyAttacks,
  ...keyIdentifierAttacks,
  ...issuerAttacks,
  ...cacheAttacks,
  ...extensionAttacks,
  ...formAttacks,
  ...claimAttacks,
  ...optionAttacks,
  ...encodingAttacks,
  ...purposeAttacks,
  ...proofAttacks,
  ...clientCertificateAttacks,
  ...documentAttacks,
  ...keyAttacks,
  ...behaviourAttacks,
];
