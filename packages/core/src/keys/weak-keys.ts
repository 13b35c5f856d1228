// The primes that reveal the modulus of a vulnerable chip.
const primes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/**
 * Whether a modulus is from a chip of CVE-2017-15361 (ROCA): modulo each small prime it is a power of 65537. About one
 * sound modulus in 2^28 matches by chance.
 */
export function isRocaModulus(modulus: Uint8Array): boolean {
  return primes.every((prime) => {
    const rest = modulus.reduce((value, byte) => (value * 256 + byte) % prime, 0);
    return isPowerOf65537(rest, prime);
  });
}

function isPowerOf65537(value: number, prime: number): boolean {
  let power = 1;
  for (let exponent = 0; exponent < prime; exponent += 1) {
    if (power === value) return true;
    power = (power * 65_537) % prime;
  }
  return false;
}

// RFC 8032, section 5.1: the points whose order divides eight, in every encoding that a decoder may accept.
const smallPoints = new Set([
  'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA',
  '7P_______________________________________38',
  '7P________________________________________8',
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA',
  '7f_______________________________________38',
  '7f________________________________________8',
  '7v_______________________________________38',
  '7v________________________________________8',
  'JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU',
  'JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU',
  'xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o',
  'xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o',
]);

/** Whether an Ed25519 key is a point of small order: anyone can then create a signature that is valid for many texts. */
export function isSmallPoint(x: string): boolean {
  return smallPoints.has(x);
}
