import { describeRefusals } from '@verifier/conformance';
import { expressHarness, frameworks } from './express-harness.ts';

for (const [name, express] of Object.entries(frameworks)) describeRefusals(name, expressHarness(express));
