import type { ImportedKey } from '../../runtime/crypto-runtime.ts';
import type { CompactJws, VerifiedHeaders } from '../../token/compact-jws.ts';
import type { JwsHeader } from '../../token/verified-token.ts';
import type { ProofKey } from './proof-key.ts';

// A client may write any header; that of an RSA key of 8192 bits takes 2,000 characters.
const maxHeaderLength = 2048;

/** The imported key of a thumbprint, and the last header that named it: clients send the same one each time. */
export class KnownKey implements VerifiedHeaders {
  readonly key: ProofKey;
  readonly imported: ImportedKey;
  readonly #encodedHeader: string;
  readonly #header: JwsHeader;

  constructor(key: ProofKey, imported: ImportedKey, { encodedHeader, header }: CompactJws) {
    this.key = key;
    this.imported = imported;
    this.#encodedHeader = encodedHeader.length <= maxHeaderLength ? encodedHeader : '';
    this.#header = header;
  }

  get(encoded: string): JwsHeader | undefined {
    return encoded === this.#encodedHeader ? this.#header : undefined;
  }
}
