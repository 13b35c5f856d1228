import type { Results } from '../results.ts';
import { comparisonSection } from './comparison.ts';
import { table } from './markdown.ts';
import { eventLoopSection, growthSection, httpSection, startSection, verifySection } from './sections.ts';

/** Returns the text of `benchmarks.md`. */
export function benchmarksDocument(results: Results): string {
  const parts = [introduction(results), comparisonSection(results), ...measuredParts(results), method(results)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function introduction({ about }: Results): string {
  const { machine, date, node } = about;
  const busy = ` Other programs used ${machine.loadBefore.toFixed(1)} of the ${machine.cores} cores before the run.`;
  return `<!-- Written by \`npm run bench\`. Run it to change this page. -->

# Benchmarks

After this page you know what the verification of a token costs with Verifier, with other libraries, and with nothing but
\`node:crypto\`. Measured on ${date} with Node.js ${node} on ${machine.cores} cores of ${machine.processor}.${machine.loadBefore > 0.5 ? busy : ''}

Read the ratios first. All contestants were measured in one run, in turn, so the load of the machine affects all of them
equally. ± is half the distance between the quartiles.`;
}

function measuredParts(results: Results): string[] {
  const { verify, http, start, growth, eventLoop } = results;
  return [
    verify === undefined ? '' : `${verifyText}\n\n${verifySection(verify)}`,
    http === undefined ? '' : `${httpText(http)}\n\n${httpSection(http)}`,
    start === undefined ? '' : `${startText}\n\n${startSection(start)}`,
    growth === undefined ? '' : `${growthText}\n\n${growthSection(growth)}`,
    eventLoop === undefined ? '' : `${eventLoopText(eventLoop)}\n\n${eventLoopSection(eventLoop)}`,
  ];
}

const verifyText = `## Verify

![Time to verify a token](benchmarks/verify.svg)

In bold: the limit's time divided by the contestant's; 1.00 is as fast as possible. After it: microseconds per token.

The limit decodes the token, verifies the signature and parses the claims, synchronously or 64 at a time on the thread
pool. For repeated tokens it computes SHA-256 and looks the token up. It validates no claims, so it is not a verifier.
"Uncached" is \`tokenCache: false\`.`;

function httpText({ connections, evenRate }: NonNullable<Results['http']>): string {
  return `## HTTP

![Requests per second behind each guard](benchmarks/http.svg)

${connections} connections from another process. In bold: the requests per second divided by those of the framework alone, which
receives the same headers. CPU time is that of the server's process, all threads, at an even ${evenRate.toLocaleString('en')} requests per
second; a busier server needs less per request.

The limit is \`node:crypto\` in a middleware of the framework. It looks the token up by SHA-256, else verifies the signature
on the calling thread, and does nothing else. Guards that verify signatures on the thread pool, as Verifier's do, can
serve more requests.`;
}

const startText = `## Start

![Time to start](benchmarks/start.svg)`;

const growthText = `## Growth

![Time of a request as numbers grow](benchmarks/growth.svg)

The time of \`authenticate\` with 1,000 ES256 tokens in turn, spread over all issuers, keys or middlewares. Repeated tokens
are in the token cache; for unique tokens it is off. In bold: the time divided by that of the smallest number.`;

function eventLoopText({ rate, latencyMs }: NonNullable<Results['eventLoop']>): string {
  return `## Event loop

![Latency of requests while keys change](benchmarks/event-loop.svg)

Express under an even load of ${rate.toLocaleString('en')} requests per second. The issuer needs ${latencyMs} ms per document. Its keys are unchanged
(steady), fetched every second (refresh), or replaced every second and published two seconds ahead (rotation). The loop
delay includes the millisecond of the timer that measures it.`;
}

function method({ about }: Results): string {
  const { command, plan, minutes, machine, openssl, versions } = about;
  const rows = Object.entries(versions).map(([name, version]) => [name, version]);
  return `## Method

\`${command}\` writes this page, its charts and [the numbers](benchmarks/results.json). It took ${minutes} minutes: ${plan.verify.rounds} rounds of
${plan.verify.ms} ms for each contestant in its own process, and ${plan.http.rounds} of ${plan.http.ms} ms for each server. \`${command} -- --quick\` takes a
minute and only shows that everything works. \`--only verify,http\` measures a part. Both leave this page unchanged.

Each contestant receives issuer and audience, and gets its keys from a JWKS endpoint. Before the timing it must accept a
valid token and refuse five others: signed with another key, with the claims of another token, of another issuer, for
another audience, expired. Unique tokens are ${plan.uniqueTokens.toLocaleString('en')} in turn, more than any cache here keeps. Repeated tokens are 200.
All connections are http on loopback.

Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, OpenSSL ${openssl}. Load before the run: ${machine.loadBefore.toFixed(2)}.

${table(['package', 'version'], rows, 2)}`;
}
