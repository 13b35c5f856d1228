import { describeRefusals } from '@verifier/conformance';
import { nestHarness } from './nest-harness.ts';
import { platforms } from './platforms.ts';
import { major } from './versions.ts';

for (const [name, platform] of Object.entries(platforms)) {
  describeRefusals(`Nest ${major} on ${name}`, nestHarness(platform));
}
