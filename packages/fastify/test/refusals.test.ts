import { describeRefusals } from '@verifier/conformance';
import { fastifyHarness, frameworks, styles } from './fastify-harness.ts';

for (const [name, fastify] of Object.entries(frameworks)) {
  for (const [style, addRoutes] of Object.entries(styles)) {
    describeRefusals(`${name}, ${style},`, fastifyHarness(fastify, addRoutes));
  }
}
