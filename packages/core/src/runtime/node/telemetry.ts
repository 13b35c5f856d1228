import { channel, tracingChannel } from 'node:diagnostics_channel';
import { createHistogram as createNodeHistogram } from 'node:perf_hooks';
import { debuglog } from 'node:util';
import { printable } from '../../lib/printable.ts';
import type { Histogram, TelemetryRuntime } from '../telemetry-runtime.ts';

const log = debuglog('verifier');
const events = channel('verifier:event');

/** Events on a diagnostics channel, warnings of the process, and NODE_DEBUG=verifier. */
export const nodeTelemetry: TelemetryRuntime = {
  createHistogram,
  trace: (event) => {
    if (events.hasSubscribers) events.publish(event);
  },
  tracingChannel: (name) => tracingChannel(name),
  warn: (message, code) => process.emitWarning(printable(message), { type: 'VerifierWarning', code }),
  isDebugging: () => log.enabled,
  debug: (line) => {
    if (log.enabled) log('%s', printable(line));
  },
  print: (line) => void process.stderr.write(`VERIFIER ${process.pid}: ${printable(line)}\n`),
};

function createHistogram(): Histogram {
  // Nanoseconds, up to two minutes, accurate to 1 %: memory grows with both.
  const histogram = createNodeHistogram({ lowest: 1, highest: 120e9, figures: 2 });
  return {
    get count() {
      return histogram.count;
    },
    record: (seconds) => histogram.record(Math.min(120e9, Math.max(1, Math.round(seconds * 1e9)))),
    percentile: (percent) => (histogram.count === 0 ? 0 : histogram.percentile(percent) / 1e9),
  };
}
