import { describeRefusals } from '@verifier/conformance';
import { startOnNode } from './runtimes/node.ts';

describeRefusals('Hono on node-server', { start: (app) => startOnNode({ conformance: app }) });
