import type { BlockList } from 'node:net';

/** Tells whether an address is one of a list of addresses and ranges. */
export type AddressMatcher = (address: string) => boolean;

/**
 * Returns a function that matches the addresses and ranges (`10.0.0.0/8`, `fd00::/8`) of a list. Loads the network module of
 * Node.js, which importing the package must not do.
 *
 * @param onUnknown - Called with each entry that is neither.
 */
export function addressMatcher(entries: readonly string[], onUnknown: (entry: string) => void): AddressMatcher {
  const addresses = new (net().BlockList)();
  for (const entry of entries) if (!addEntry(addresses, entry)) onUnknown(entry);
  return (text) => hasAddress(addresses, text);
}

function net(): typeof import('node:net') {
  return process.getBuiltinModule('node:net');
}

function addEntry(addresses: BlockList, entry: string): boolean {
  // An address with a port, such as [::1]:443, is not one of these.
  const [address = '', prefix] = entry.replace(/^\[([^\]]+)\](?=\/|$)/, '$1').split('/');
  const version = net().isIP(address);
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  const isEntry = version !== 0 && prefix !== '' && Number.isInteger(length) && length >= 0 && length <= bits;
  if (isEntry) addresses.addSubnet(address, length, familyOf(version));
  return isEntry;
}

function hasAddress(addresses: BlockList, text: string): boolean {
  // A server that listens on both families shows an IPv4 client as an IPv6 address.
  const address = text.replace(/[[\]]/g, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const version = net().isIP(address);
  return version !== 0 && addresses.check(address, familyOf(version));
}

function familyOf(version: number): 'ipv4' | 'ipv6' {
  return version === 4 ? 'ipv4' : 'ipv6';
}
