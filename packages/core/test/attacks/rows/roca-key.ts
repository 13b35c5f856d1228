import { checkPrimeSync, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const generator = 65_537n;

// Nemec and others, "The Return of Coppersmith's Attack", 2017: primes of the form k M + (65537^a mod M).
function primorial(count: number): bigint {
  let product = 1n;
  let found = 0;
  for (let candidate = 2n; found < count; candidate += 1n) {
    if (!checkPrimeSync(candidate)) continue;
    product *= candidate;
    found += 1;
  }
  return product;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [factor, rest] = [base % modulus, exponent]; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [current, next, x, y] = [value % modulus, modulus, 1n, 0n];
  while (next > 0n) [current, next, x, y] = [next, current % next, y, x - (current / next) * y];
  return ((x % modulus) + modulus) % modulus;
}

function weakPrime(exponent: bigint): bigint {
  const product = primorial(126);
  const rest = power(generator, exponent, product);
  for (let k = (3n << 1022n) / product; ; k += 1n) {
    const candidate = k * product + rest;
    if (checkPrimeSync(candidate)) return candidate;
  }
}

function number(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
}

let made: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined;

/** Returns a weak RSA key of 2048 bits, as affected chips generated them from 2012 to 2017. It can be factored. */
export function rocaKey(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  made ??= makeKey();
  return made;
}

function makeKey(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  const [p, q] = [weakPrime(1_234_567n), weakPrime(7_654_321n)];
  const d = inverse(generator, (p - 1n) * (q - 1n));
  const parts = { n: p * q, e: generator, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, number(value)]));
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
