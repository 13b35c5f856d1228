import type { Answer } from './answer.ts';
import { conformanceCases } from './conformance-cases.ts';
import { type AdapterHarness, startSuite } from './suite.ts';

/** An adapter's answers by the id of the case; plain JSON. */
export type RecordedAnswers = Readonly<Record<string, Answer>>;

/** Runs every case against an adapter and returns its answers, to compare two adapters byte for byte. */
export async function recordAnswers(harness: AdapterHarness): Promise<RecordedAnswers> {
  const suite = await startSuite(harness);
  const answers: Record<string, Answer> = {};
  try {
    for (const testCase of conformanceCases) answers[testCase.id] = (await suite.run(testCase)).answer;
  } finally {
    await suite.close();
  }
  return answers;
}
