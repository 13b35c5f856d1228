import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/http/retry-after.ts';

const now = Date.UTC(2030, 0, 1, 12) / 1000;

describe('Retry-After', () => {
  it.each([
    ['120', 120],
    [' 120 ', 120],
    ['0', 0],
    ['007', 7],
    ['99999999999999999999', 1e20],
  ])('is a number of seconds: %j', (value, seconds) => {
    expect(parseRetryAfter(value, now)).toBe(seconds);
  });

  it.each(['Tue, 01 Jan 2030 12:01:30 GMT', 'Tuesday, 01-Jan-30 12:01:30 GMT', 'Tue Jan  1 12:01:30 2030 GMT'])(
    'is a date: %s',
    (value) => {
      expect(parseRetryAfter(value, now)).toBe(90);
    },
  );

  it.each([
    null,
    '',
    '-1',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    'soon',
    'Infinity',
    'NaN',
    '120, 240',
    '2030-01-01T12:01:30Z',
    'Tue, 01 Jan 2030 11:59:59 GMT',
    'Tue, 01 Jan 2030 12:00:00 GMT',
    'Tue, 99 Jan 2030 12:00:00 GMT',
    'Sunday',
  ])('is ignored if it is neither, or in the past: %j', (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });
});
