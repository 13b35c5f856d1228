import fc from 'fast-check';
import { keys, policies, type Step, tokens } from './simulation.ts';

const key = fc.nat(keys.length - 1);

const verifications: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('verify' as const),
  policy: fc.nat(policies.length - 1),
  token: fc.oneof(fc.nat(tokens.length - 1), fc.nat(11)),
  scope: fc.option(fc.constantFrom('read', 'write', 'other'), { nil: undefined, freq: 3 }),
  maxAge: fc.constantFrom(undefined, undefined, undefined, 0, 60, 300),
});

/** Steps that no client causes. */
export const environmentSteps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      seconds: fc.constantFrom(0, 1, 4, 5, 6, 29, 31, 60, 65, 66, 299, 306, 480, 599, 601, 700, 3601, 87_001),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('skew' as const), seconds: fc.constantFrom(0, -6, -120, 6, 3600) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      keys: fc.oneof(fc.uniqueArray(key, { minLength: 1 }), fc.constant([])),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outage' as const), isDown: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'clear' }) },
);

/** Sequences of steps, most of which verify a token. */
export const histories: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 5, arbitrary: verifications }, { weight: 2, arbitrary: environmentSteps }),
  { minLength: 5, maxLength: 60, size: 'max' },
);
