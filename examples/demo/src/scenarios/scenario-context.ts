import { setImmediate } from 'node:timers/promises';
import type { Answer, DemoRequest } from '../demo-request.ts';
import type { Environment } from '../environment.ts';
import type { Report } from '../report/report.ts';
import { sendRequest } from '../send-request.ts';

/** A part of the demo. */
export type Scenario = (context: ScenarioContext) => Promise<void>;

/** The environment and the report of a scenario. */
export class ScenarioContext {
  readonly environment: Environment;
  readonly report: Report;

  constructor(environment: Environment, report: Report) {
    this.environment = environment;
    this.report = report;
  }

  /** Sends a request to every API, and reports the answers. */
  async send(request: DemoRequest): Promise<readonly Answer[]> {
    const outcome = await sendRequest(request, this.environment);
    // Node.js emits warnings in a later turn; they belong above the row that caused them.
    await setImmediate();
    this.report.addOutcome(outcome);
    return outcome.answers;
  }

  /** Obtains a token from the authorization server, over HTTP. */
  obtainToken(client: string, scope: string, audience?: string): Promise<string> {
    return this.environment.issuer.token({ client, scope, audience });
  }
}
