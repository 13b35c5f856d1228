import { RequestError, TokenError } from '../../errors.ts';
import type { ClientCertificateHeader } from '../../options/binding-options.ts';
import type { RequestLike } from '../../request/request.ts';
import {
  decodePercents,
  fromBase64Hash,
  fromDer,
  fromHex,
  fromPem,
  type PresentedCertificate,
} from './presented-certificate.ts';
import { readXfcc } from './xfcc.ts';

const maxLength = 16_384;

type Parser = (value: string) => PresentedCertificate | undefined;

const parsers: Readonly<Record<ClientCertificateHeader['format'], Parser>> = {
  // RFC 9440, section 2.1, and RFC 9651, section 3.3.5: a byte sequence, whose parameters are ignored.
  rfc9440: (value) => fromDer(/^:([A-Za-z0-9+/]+=*):(?:\s*;.*)?$/.exec(value)?.[1]),
  xfcc: readXfcc,
  'pem-urlencoded': (value) => fromPem(decodePercents(value)),
  pem: fromPem,
  'base64-der': fromDer,
  'sha256-hex': fromHex,
  'sha256-base64': fromBase64Hash,
};

/**
 * Reads the client certificate from the header of a proxy. The caller has compared the address of the sender.
 *
 * @returns undefined if the request does not have the header, or if the proxy did not verify the certificate.
 * @throws RequestError if the header was sent more than once; TokenError if it is malformed.
 */
export function readCertificateHeader(
  request: RequestLike,
  { header, format, verified }: ClientCertificateHeader,
): PresentedCertificate | undefined {
  const values = request.header(header);
  const [value] = values;
  if (value === undefined || value === '') return undefined;
  if (values.length > 1 || (format !== 'xfcc' && value.includes(','))) {
    throw new RequestError('ERR_CREDENTIALS_REPEATED', `The request has more than one header ${header}`);
  }
  if (verified !== undefined && !isVerified(request.header(verified))) return undefined;
  const certificate = value.length > maxLength ? undefined : parsers[format](value.trim());
  if (certificate !== undefined) return certificate;
  throw new TokenError('ERR_BINDING_MISMATCH', `The header ${header} has no certificate in the format ${format}`, {
    claim: 'cnf',
    reason: 'mismatch',
  });
}

function isVerified(values: readonly string[]): boolean {
  return values.length === 1 && /^(?:true|success)$/i.test(values[0]?.trim() ?? '');
}
