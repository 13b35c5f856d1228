import { claimsWith, encode } from '../../support/sign-token.ts';

const littleEndian = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** The points of low order of edwards25519, in all encodings: with such a key, one signature fits many texts. */
export const edwardsPoints: Readonly<Record<string, Buffer>> = {
  'order 1': littleEndian(`01${'00'.repeat(31)}`),
  'order 1, with the sign bit': littleEndian(`01${'00'.repeat(30)}80`),
  'order 2': littleEndian(`ec${'ff'.repeat(30)}7f`),
  'order 2, with the sign bit': littleEndian(`ec${'ff'.repeat(31)}`),
  'order 4, all zero': littleEndian('00'.repeat(32)),
  'order 4, with the sign bit': littleEndian(`${'00'.repeat(31)}80`),
  'order 4, as the prime': littleEndian(`ed${'ff'.repeat(30)}7f`),
  'order 4, as the prime, with the sign bit': littleEndian(`ed${'ff'.repeat(31)}`),
  'order 1, as the prime and one': littleEndian(`ee${'ff'.repeat(30)}7f`),
  'order 1, as the prime and one, with the sign bit': littleEndian(`ee${'ff'.repeat(31)}`),
  'order 8, first': littleEndian('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  'order 8, second': littleEndian('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'),
  'order 8, third': littleEndian('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
  'order 8, fourth': littleEndian('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'),
};

/** Returns a token whose signature (R = A, S = 0) is valid for the point without a private key, for one text in eight. */
export function forgedForSmallPoint(point: Buffer, attempt = 0): string {
  const header = encode(JSON.stringify({ alg: 'EdDSA', kid: 'member', attempt }));
  return `${header}.${encode(JSON.stringify(claimsWith()))}.${encode(Buffer.concat([point, Buffer.alloc(32)]))}`;
}
