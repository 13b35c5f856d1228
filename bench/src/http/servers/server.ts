import type { Target } from '../../tokens/token-file.ts';

/** Starts a server on loopback, and answers with its port. */
export type Listen = (target: Target) => Promise<number>;

/** The one route that every server has, and what it answers. */
export const route = '/orders';
export const answer: { readonly orders: readonly string[] } = { orders: ['one', 'two'] };
