import { constants, createHash, type KeyObject, privateEncrypt } from 'node:crypto';

/** Encodings of a message with one flaw each, by the name of the flaw, for the raw RSA operation. */
export interface BadEncoding {
  readonly flaw: string;
  readonly encoded: Buffer;
}

export type HashName = 'sha256' | 'sha384' | 'sha512';

// RFC 8017, section 9.2, note 1: the algorithm identifier, with its NULL, before the digest.
const prefixes: Readonly<Record<HashName, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

const size = 256;
const others: Readonly<Record<HashName, HashName>> = { sha256: 'sha384', sha384: 'sha512', sha512: 'sha256' };

/** Applies the raw RSA operation of a private key to an encoded message. */
export function rawSign(key: KeyObject, encoded: Buffer): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

function digestOf(hash: HashName, input: string): Buffer {
  return createHash(hash).update(input).digest();
}

function digestInfo(hash: HashName, input: string): Buffer {
  return Buffer.concat([Buffer.from(prefixes[hash], 'hex'), digestOf(hash, input)]);
}

// The algorithm identifier without its NULL, with other parameters, or in another length encoding.
function otherInfos(hash: HashName, input: string): readonly (readonly [string, Buffer])[] {
  const digest = digestOf(hash, input);
  const oid = Buffer.from(prefixes[hash], 'hex').subarray(4, 15);
  const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
  const octets = tagged(0x04, digest);
  const nil = Buffer.of(5, 0);
  return [
    ['without NULL parameters', sequence(sequence(oid), octets)],
    ['with parameters that contain garbage', sequence(sequence(oid, tagged(0x04, Buffer.alloc(64, 7))), octets)],
    ['with bytes behind the digest, inside', sequence(sequence(oid, nil), octets, Buffer.alloc(8))],
    [
      'with a long form of length',
      Buffer.concat([Buffer.of(0x30, 0x81), sequence(sequence(oid, nil), octets).subarray(1)]),
    ],
    ['with an empty digest', sequence(sequence(oid, nil), tagged(0x04))],
    ['with a truncated digest', sequence(sequence(oid, nil), tagged(0x04, digest.subarray(0, -1)))],
    ['with the digest of another text', digestInfo(hash, `${input}A`)],
    ['of another hash', digestInfo(others[hash], input)],
    ['that names another hash than it used', Buffer.concat([Buffer.from(prefixes[others[hash]], 'hex'), digest])],
    ['that is the digest alone', digest],
    ['that is empty', Buffer.alloc(0)],
  ];
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? Buffer.of(content.length) : Buffer.of(0x81, content.length);
  return Buffer.concat([Buffer.of(tag), length, content]);
}

function block(start: readonly number[], filling: number, separator: number, info: Buffer): Buffer {
  const padding = Buffer.alloc(size - start.length - 1 - info.length, filling);
  return Buffer.concat([Buffer.from(start), padding, Buffer.of(separator), info]);
}

/** Encodes as EMSA-PKCS1-v1_5 (RFC 8017, section 9.2). */
export function goodPkcs1(hash: HashName, input: string): Buffer {
  return block([0, 1], 0xff, 0, digestInfo(hash, input));
}

/** Wrong forms of EMSA-PKCS1-v1_5 (RFC 8017, section 9.2). */
export function badPkcs1(hash: HashName, input: string): BadEncoding[] {
  const info = digestInfo(hash, input);
  const short = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(8, 0xff), Buffer.of(0), info]);
  const behind = (filling: number): Buffer => Buffer.concat([short, Buffer.alloc(size - short.length, filling)]);
  const good = goodPkcs1(hash, input);
  return [
    ...otherInfos(hash, input).map(([flaw, other]) => ({
      flaw: `a DigestInfo ${flaw}`,
      encoded: block([0, 1], 0xff, 0, other),
    })),
    { flaw: 'eight bytes of padding and garbage at the end', encoded: behind(0x41) },
    { flaw: 'eight bytes of padding and zeros at the end', encoded: behind(0) },
    {
      flaw: 'no padding, and garbage at the end',
      encoded: Buffer.concat([Buffer.from([0, 1, 0]), info, Buffer.alloc(size - 3 - info.length, 1)]),
    },
    { flaw: 'block type 0', encoded: block([0, 0], 0, 0, info) },
    { flaw: 'block type 2', encoded: block([0, 2], 0x5a, 0, info) },
    { flaw: 'a leading byte that is not zero', encoded: block([1, 1], 0xff, 0, info).fill(1, 0, 1) },
    { flaw: 'padding of other bytes', encoded: block([0, 1], 0xfe, 0, info) },
    { flaw: 'one wrong byte of padding', encoded: Buffer.from(good).fill(0xfe, 40, 41) },
    { flaw: 'no separator', encoded: block([0, 1], 0xff, 0xff, info) },
    { flaw: 'garbage between padding and DigestInfo', encoded: Buffer.from(good).fill(0, 60, 61) },
  ].filter(({ encoded }) => encoded.length === size);
}

interface Pss {
  readonly hash: HashName;
  readonly salt: number;
  readonly maskHash: HashName;
  readonly trailer: number;
  readonly separator: number;
  readonly filling: number;
  readonly firstBit: number;
  readonly zeros: number;
}

function mask(hash: HashName, seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0; blocks.length * 32 < length + 64; counter += 1) {
    blocks.push(
      createHash(hash)
        .update(seed)
        .update(Buffer.of(0, 0, 0, counter))
        .digest(),
    );
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** Encodes as EMSA-PSS (RFC 8017, section 9.1.1). Each step can be altered. */
export function encodePss(
  input: string,
  { hash, salt, maskHash, trailer, separator, filling, firstBit, zeros }: Pss,
): Buffer {
  const saltBytes = Buffer.alloc(salt, 0x33);
  const digest = createHash(hash).update(Buffer.alloc(zeros)).update(digestOf(hash, input)).update(saltBytes).digest();
  const length = size - digest.length - 1;
  const padding = Buffer.alloc(length - salt - 1, filling);
  const database = Buffer.concat([padding, Buffer.of(separator), saltBytes]);
  const bits = mask(maskHash, digest, length);
  const masked = database.map((byte, index) => byte ^ (bits[index] ?? 0));
  masked[0] = ((masked[0] ?? 0) & 0x7f) | firstBit;
  return Buffer.concat([masked, digest, Buffer.of(trailer)]);
}

/** Returns the correct parameters for a hash. */
export function goodPss(hash: HashName): Pss {
  const salt = digestOf(hash, '').length;
  return { hash, salt, maskHash: hash, trailer: 0xbc, separator: 1, filling: 0, firstBit: 0, zeros: 8 };
}

/** Wrong forms of EMSA-PSS. */
export function badPss(hash: HashName, input: string): BadEncoding[] {
  const good = goodPss(hash);
  const wrong = (flaw: string, difference: Partial<Pss>): BadEncoding => ({
    flaw,
    encoded: encodePss(input, { ...good, ...difference }),
  });
  return [
    wrong('a salt of no bytes', { salt: 0 }),
    wrong('a salt that is shorter by a byte', { salt: good.salt - 1 }),
    wrong('a salt that is longer by a byte', { salt: good.salt + 1 }),
    wrong('the longest salt that fits', { salt: size - good.salt - 2 }),
    wrong('another trailer', { trailer: 0xcc }),
    wrong('a trailer of zero', { trailer: 0 }),
    wrong('no separator', { separator: 0 }),
    wrong('another separator', { separator: 2 }),
    wrong('padding that is not zero', { filling: 1 }),
    wrong('a mask of another hash', { maskHash: others[hash] }),
    wrong('a digest without the eight zero bytes', { zeros: 0 }),
    wrong('another hash in all', { ...goodPss(others[hash]), salt: good.salt }),
    { flaw: 'a digest of another text', encoded: encodePss(`${input}A`, good) },
  ];
}
