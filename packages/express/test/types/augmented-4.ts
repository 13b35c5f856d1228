import '@verifier/express/augment';
import { getAuth, oktaAuth, type VerifiedToken } from '@verifier/express';
import express from 'express-4';

type Same<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const isTrue = <TValue extends true>(): TValue | undefined => undefined;

express().use(oktaAuth(), (req, res) => {
  isTrue<Same<typeof req.auth, VerifiedToken | null | undefined>>();
  // @ts-expect-error -- undefined if no middleware ran, null if the request is anonymous
  req.auth.subject;
  res.json([req.auth?.subject, getAuth(req).subject]);
});
