import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformanceCases } from './conformance-cases.ts';
import { type AdapterHarness, openStage, type Stage } from './stage.ts';

/**
 * Runs every case against an adapter, each as a test of its own, over sockets.
 *
 * @param name - What the adapter and its framework are called in the report.
 * @param harness - Starts the adapter's applications.
 */
export function describeConformance(name: string, harness: AdapterHarness): void {
  describe(`${name} conforms`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage(harness);
    });
    afterAll(() => stage.close());
    it('answers random requests as core does', async () => {
      await stage.compareWithCore(200);
    });
    for (const testCase of conformanceCases) {
      it(`${testCase.id} (${testCase.spec})`, async () => {
        const outcome = await stage.ask(testCase);
        expect(outcome).toEqual({ answer: testCase.expected, leaks: [] });
      });
    }
  });
}
