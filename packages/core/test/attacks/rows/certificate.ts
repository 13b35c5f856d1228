import { sign } from 'node:crypto';
import type { TestKey } from '../../support/test-key.ts';

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, ...parts);
const moment = (text: string): Buffer => tagged(0x17, Buffer.from(text));
const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const commonName = Buffer.from('0603550403', 'hex');

/** Returns a self-signed certificate of a P-256 key (RFC 5280, section 4.1), in DER. */
export function selfSignedCertificate({ publicKey, privateKey }: TestKey, name: string): Buffer {
  const subject = sequence(tagged(0x31, sequence(commonName, tagged(0x0c, Buffer.from(name)))));
  const validity = sequence(moment('200101000000Z'), moment('491231235959Z'));
  const version = tagged(0xa0, tagged(2, Buffer.of(2)));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = sequence(version, tagged(2, Buffer.of(1)), ecdsaWithSha256, subject, validity, subject, spki);
  const signature = tagged(3, Buffer.of(0), sign('sha256', body, privateKey));
  return sequence(body, ecdsaWithSha256, signature);
}
