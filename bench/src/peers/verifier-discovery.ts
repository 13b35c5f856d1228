import { createVerifier } from '@verifier/core';
import type { Open } from './contestant.ts';

export const open: Open = ({ issuer, audience }) => {
  const verifier = createVerifier({ issuer, audience });
  return { verify: (token) => verifier.verify(token) };
};
