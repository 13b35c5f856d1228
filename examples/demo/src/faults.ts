import type { Answer, Contact, Expectation, Outcome } from './question.ts';

/** Everything about an outcome that is not as expected, in words. */
export function faultsOf({ question, answers, contacts }: Outcome): string[] {
  const { expected } = question;
  return [...answers.flatMap((answer) => answerFaults(answer, expected)), ...contactFaults(contacts, expected)];
}

function answerFaults(answer: Answer, { status, challenge, retryAfter = false }: Expectation): string[] {
  const { api } = answer;
  const faults: string[] = [];
  if (answer.status !== status) faults.push(`${api} answered ${answer.status} instead of ${status}`);
  if (answer.challenge !== challenge) {
    faults.push(`${api} sent ${named(answer.challenge)} instead of ${named(challenge)}`);
  }
  if ((answer.retryAfter !== undefined) !== retryAfter) {
    faults.push(`${api} sent ${retryAfter ? 'no' : 'a'} Retry-After`);
  }
  return faults;
}

function contactFaults(contacts: readonly Contact[], { contacts: expected = [] }: Expectation): string[] {
  if (contacts.join() === expected.join()) return [];
  const list = (some: readonly Contact[]): string => some.join(', ') || 'nothing';
  return [`the issuer was asked for ${list(contacts)} instead of ${list(expected)}`];
}

function named(challenge: string | undefined): string {
  return challenge === undefined ? 'no challenge' : `the challenge ${challenge}`;
}
