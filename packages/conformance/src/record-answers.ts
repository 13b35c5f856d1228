import type { Answer } from './answer.ts';
import { conformanceCases } from './conformance-cases.ts';
import { type AdapterHarness, openStage } from './stage.ts';

/** What an adapter answered to each case, by the id of the case; plain JSON. */
export type RecordedAnswers = Readonly<Record<string, Answer>>;

/** Asks an adapter every case and records its answers, so that two adapters can be compared byte for byte. */
export async function recordAnswers(harness: AdapterHarness): Promise<RecordedAnswers> {
  const stage = await openStage(harness);
  const answers: Record<string, Answer> = {};
  try {
    for (const testCase of conformanceCases) answers[testCase.id] = (await stage.ask(testCase)).answer;
  } finally {
    await stage.close();
  }
  return answers;
}
