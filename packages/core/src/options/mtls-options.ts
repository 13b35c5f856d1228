import { ConfigurationError } from '../errors.ts';
import type { ClientCertificateHeader } from './binding-options.ts';
import { OptionReader } from './option-reader.ts';
import { booleanOption, identityOption, type OptionTable, required } from './option-record.ts';
import type { MtlsOptions } from './options.ts';

/** The formats of a header with a client certificate, or with its thumbprint. */
const certificateFormats = [
  'rfc9440',
  'xfcc',
  'pem-urlencoded',
  'pem',
  'base64-der',
  'sha256-hex',
  'sha256-base64',
] as const;

/** The place of the client certificate. */
type ResolvedCertificate = MtlsOptions['certificate'];

/** The `mtls` options, with defaults applied. */
export interface ResolvedMtls {
  readonly certificate: ResolvedCertificate;
  readonly require: boolean;
}

/** The members of `mtls`. */
export const mtlsOptions: OptionTable<ResolvedMtls> = {
  certificate: identityOption<ResolvedCertificate>({ default: required, separates: 'nothing' }, readCertificate),
  require: booleanOption({ default: false, separates: 'nothing' }),
};

function readCertificate(reader: OptionReader, name: string): ResolvedCertificate {
  const value = reader.raw(name);
  if (value === 'tls' || typeof value === 'function') return value as ResolvedCertificate;
  if (typeof value !== 'object' || value === null) {
    throw reader.fault(
      name,
      "is required: 'tls', a header such as nginx({ trustedProxy: ['10.0.0.0/8'] }), or a function",
    );
  }
  return readHeader(new OptionReader(value, `mtls.${name}.`, ['header', 'format', 'trustedProxy', 'verified']));
}

function readHeader(reader: OptionReader): ClientCertificateHeader {
  const header = readHeaderName(reader, 'header');
  if (header === undefined) throw reader.fault('header', "is required: the name of the header, such as 'client-cert'");
  const format = reader.oneOf('format', certificateFormats);
  if (format === undefined) throw reader.fault('format', `is required: one of ${certificateFormats.join(', ')}`);
  const verified = readHeaderName(reader, 'verified');
  const trustedProxy = readTrustedProxy(reader);
  return Object.freeze({ header, format, trustedProxy, ...(verified === undefined ? {} : { verified }) });
}

function readHeaderName(reader: OptionReader, name: string): string | undefined {
  const text = reader.text(name);
  if (text === undefined || /^[\w!#$%&'*+.^`|~-]+$/.test(text)) return text?.toLowerCase();
  throw reader.fault(name, 'must be the name of a header');
}

function readTrustedProxy(reader: OptionReader): ClientCertificateHeader['trustedProxy'] {
  const value = reader.raw('trustedProxy');
  if (typeof value === 'function') return value as ClientCertificateHeader['trustedProxy'];
  const entries =
    value === undefined ? undefined : reader.texts('trustedProxy', 'a list of addresses and ranges, or a function,');
  if (entries !== undefined) return entries;
  throw new ConfigurationError(
    "mtls.certificate.trustedProxy is required: the addresses of your proxy, such as ['10.0.0.0/8']. Any other sender of the header could claim a certificate",
  );
}
