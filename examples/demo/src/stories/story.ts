import { setImmediate } from 'node:timers/promises';
import { ask } from '../ask.ts';
import type { Narrator } from '../print/narrator.ts';
import type { Answer, Question } from '../question.ts';
import type { Setting } from '../setting.ts';

/** A part of the demo. */
export type Story = (stage: Stage) => Promise<void>;

/** What a story is told with. */
export class Stage {
  readonly setting: Setting;
  readonly narrator: Narrator;

  constructor(setting: Setting, narrator: Narrator) {
    this.setting = setting;
    this.narrator = narrator;
  }

  /** Asks every API a question, and prints how it answered. */
  async ask(question: Question): Promise<readonly Answer[]> {
    const outcome = await ask(question, this.setting);
    // Warnings are delivered in a later turn, and stand above the row that caused them.
    await setImmediate();
    this.narrator.outcome(outcome);
    return outcome.answers;
  }

  /** Obtains a token from the authorization server, over HTTP. */
  obtain(client: string, scope: string, audience?: string): Promise<string> {
    return this.setting.issuer.token({ client, scope, audience });
  }
}
