import fc from 'fast-check';
import { keys, policies, type Step, tokens } from './world.ts';

const key = fc.nat(keys.length - 1);

/** A question that a client asks. */
const questions: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('ask' as const),
  policy: fc.nat(policies.length - 1),
  token: fc.oneof(fc.nat(tokens.length - 1), fc.nat(11)),
  scope: fc.option(fc.constantFrom('read', 'write', 'other'), { nil: undefined, freq: 3 }),
});

/** What happens without any client. */
export const events: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
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
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'forget' }) },
);

/** Whatever may happen, mostly questions. */
export const histories: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 5, arbitrary: questions }, { weight: 2, arbitrary: events }),
  { minLength: 5, maxLength: 60, size: 'max' },
);
