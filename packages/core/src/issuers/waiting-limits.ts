/** How many requests with a token of an unknown issuer wait for their turn, and how long. Others get 503. */
export const waitingLimits: { readonly waiting: number; readonly longestWait: number } = Object.freeze({
  waiting: 1024,
  longestWait: 5,
});
