import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformanceCases } from './conformance-cases.ts';
import { type AdapterHarness, openStage, type Stage } from './stage.ts';

/** Cases that cannot be run somewhere, by their id, each with the reason. */
export type Exceptions = Readonly<Record<string, string>>;

const agreement = 'answers random requests as core does';

/**
 * Runs every case against an adapter, each as a test of its own, over sockets.
 *
 * @param name - What the adapter and its framework are called in the report.
 * @param harness - Starts the adapter's applications.
 * @param exceptions - Cases that the runtime makes impossible; each is reported as skipped, with the reason.
 */
export function describeConformance(name: string, harness: AdapterHarness, exceptions: Exceptions = {}): void {
  describe(`${name} conforms`, () => {
    let stage: Stage | undefined;
    beforeAll(async () => {
      stage = await openStage(harness);
    });
    afterAll(() => stage?.close());
    const why = exceptions[agreement];
    it.skipIf(why !== undefined)(`${agreement}${why === undefined ? '' : `: not here, ${why}`}`, async () => {
      await stage?.compareWithCore(200);
    });
    for (const testCase of conformanceCases) {
      const reason = exceptions[testCase.id];
      const title = `${testCase.id} (${testCase.spec})`;
      it.skipIf(reason !== undefined)(reason === undefined ? title : `${title}: not here, ${reason}`, async () => {
        const outcome = await stage?.ask(testCase);
        expect(outcome).toEqual({ answer: testCase.expected, leaks: [] });
      });
    }
  });
}
