import type { Target } from '../../tokens/token-file.ts';

/** Starts a server on loopback and returns its port. */
export type Listen = (target: Target) => Promise<number>;

/** The only route of every server, and its response. */
export const route = '/orders';
export const answer: { readonly orders: readonly string[] } = { orders: ['one', 'two'] };
