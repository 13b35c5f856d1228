import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformanceCases } from './conformance-cases.ts';
import { type AdapterHarness, type Suite, startSuite } from './suite.ts';

/**
 * Defines one test for each case, which runs it against an adapter over sockets.
 *
 * @param name - The name of the adapter and its framework in the report.
 * @param harness - Starts the adapter's applications.
 */
export function describeConformance(name: string, harness: AdapterHarness): void {
  describe(`[ANSWERS-IDENTICAL] ${name} conforms`, () => {
    let suite: Suite;
    beforeAll(async () => {
      suite = await startSuite(harness);
    });
    afterAll(() => suite.close());
    it('answers random requests as core does', async () => {
      await suite.compareWithCore(200);
    });
    it('[DPOP-CLIENT] an unmodified OAuth client passes after one retry with the nonce', async () => {
      expect(await suite.requestAsClient(2)).toEqual([401, 200, 200]);
    });
    it('[DPOP-CLIENT] the client of the Model Context Protocol passes after one retry with the nonce', async () => {
      expect(await suite.requestAsMcpClient(2)).toEqual([401, 200, 200]);
    });
    it('[DPOP-REPLAY] one of many simultaneous copies of a proof is accepted', async () => {
      const dpopRequest = conformanceCases.find(({ id }) => id === 'dpop/good');
      const statuses = dpopRequest === undefined ? [] : await suite.sendAtOnce(dpopRequest, 60);
      expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 59 }, () => 401)]);
    });
    for (const testCase of conformanceCases) {
      it(`${testCase.id} (${testCase.spec})`, async () => {
        const outcome = await suite.run(testCase);
        expect(outcome).toEqual({ answer: testCase.expected, leaks: [] });
      });
    }
  });
}
