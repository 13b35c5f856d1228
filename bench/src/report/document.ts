import { allGoals } from '../goals/all-goals.ts';
import { type Goal, verdictOf } from '../goals/goal.ts';
import type { Profile } from '../profile/cpu-profile.ts';
import type { Results } from '../results.ts';
import { profileTitle } from './labels.ts';
import { table } from './markdown.ts';
import { eventLoopSection, growthSection, httpSection, startSection, verifySection } from './sections.ts';

/** The whole of `benchmarks.md`. */
export function writeDocument(results: Results): string {
  const goals = allGoals(results);
  const parts = [
    introduction(results),
    goalsPart(goals),
    reasonsPart(goals),
    ...measuredParts(results),
    whyPart(goals, results),
    method(results),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function introduction({ about }: Results): string {
  const { machine, date, node } = about;
  const busy = `\n\nOther programs ran on the machine: ${machine.loadBefore.toFixed(1)} of its ${machine.cores} cores were in use before the run began.`;
  return `<!-- Written by \`npm run bench\`. Run it to change this page. -->

# Benchmarks

What verifying costs, beside what others take for it and beside the limit: what \`node:crypto\` takes for the signature
alone. Measured on ${date} with Node.js ${node} on ${machine.cores} cores of ${machine.processor}.

Read the ratios before the numbers: they were taken in one run, round by round in turn, so that what slows the machine
down slows everything down. ± is half the distance between the quartiles.${machine.loadBefore > 0.5 ? busy : ''}`;
}

function goalsPart(goals: readonly Goal[]): string {
  const reached = goals.filter(({ isReached }) => isReached).length;
  const rows = goals.map((goal) => {
    const verdict = goal.isReached ? 'pass' : `**${verdictOf(goal)}**`;
    return [goal.group, goal.what, goal.goal, goal.measured, verdict];
  });
  return `## Goals

${reached} of ${goals.length} are reached.

${table(['', '', 'goal', 'measured', ''], rows, 2)}`;
}

function measuredParts(results: Results): string[] {
  const { verify, http, start, growth, eventLoop } = results;
  return [
    verify === undefined ? '' : `${verifyText}\n\n${verifySection(verify)}`,
    http === undefined ? '' : `${httpText(http)}\n\n${httpSection(http)}`,
    start === undefined ? '' : `## Start\n\n![What it takes to start](benchmarks/start.svg)\n\n${startSection(start)}`,
    growth === undefined ? '' : `${growthText}\n\n${growthSection(growth)}`,
    eventLoop === undefined ? '' : `${eventLoopText(eventLoop)}\n\n${eventLoopSection(eventLoop)}`,
  ];
}

const verifyText = `## Verify

![What it takes to verify a token](benchmarks/verify.svg)

In bold: the limit's time by that of the contestant, so that 1.00 is as fast as can be. Then microseconds for a token.
The limit decodes, checks the signature, synchronously or 64 at a time in the thread pool, and parses the claims; with
repeated tokens it takes SHA-256 of the token and looks that up. It checks no claim, so it is no verifier. Uncached
is \`tokenCache: false\`.`;

function httpText({ connections, evenRate }: NonNullable<Results['http']>): string {
  return `## HTTP

![Requests a second behind each guard](benchmarks/http.svg)

${connections} connections, from another process. In bold: the requests a second by those of the framework alone, which is
given the same headers. Processor time is that of the server's process, all threads, at an even ${evenRate.toLocaleString('en')} requests a
second: a server that is busier spends less on each. The limit is \`node:crypto\` in a middleware of the framework: a
look-up by SHA-256 of the token, else the signature on the calling thread, and no other check. Guards that check
signatures on the thread pool, as ours do, may therefore serve more requests than it.`;
}

const growthText = `## Growth

![What a request takes as things grow](benchmarks/growth.svg)

A request through \`authenticate\`, with ES256 tokens: 1,000 of them in turn, spread over all there is. Repeated tokens are
in the cache; for unique ones there is none. In bold: the time by that of the smallest.`;

function eventLoopText({ rate, latencyMs }: NonNullable<Results['eventLoop']>): string {
  return `## Event loop

![What requests wait for while keys change](benchmarks/event-loop.svg)

Express with an even load of ${rate.toLocaleString('en')} requests a second, while an issuer that takes ${latencyMs} ms for a document leaves its
keys alone, has them fetched every second, or signs with another key every second, published two seconds ahead. The loop
delay includes the millisecond of the timer that measures it.`;
}

function reasonsPart(goals: readonly Goal[]): string {
  const missed = Map.groupBy(
    goals.filter(({ isReached }) => !isReached),
    ({ why }) => why ?? 'No reason is known; the profile below shows where the time goes.',
  );
  if (missed.size === 0) return '';
  const parts = [...missed].map(([why, alike]) => {
    const list = alike.map((goal) => `- ${goal.group}, ${goal.what}: ${verdictOf(goal)}`);
    return `${list.join('\n')}\n\n${why}`;
  });
  return `## What falls short, and why\n\n${parts.join('\n\n')}`;
}

function whyPart(goals: readonly Goal[], { verify, http }: Results): string {
  const profiles: Readonly<Record<string, Profile>> = { ...verify?.profiles, ...http?.profiles };
  const wanted = new Set(goals.filter(({ isReached }) => !isReached).map(({ profile }) => profile));
  const shown = Object.entries(profiles).filter(([name]) => wanted.has(name));
  if (shown.length === 0) return '';
  return `## Where the time goes

The profiles of what falls short, with RS256: shares of the time that the process was busy, each function by itself, without
those that it calls. The signature is \`run\` and \`SignJob\`; nothing can be taken from it, nor from SHA-256.

${shown.map(([name, of]) => profilePart(name, of)).join('\n\n')}`;
}

function profilePart(name: string, { groups, lines }: Profile): string {
  const shared = groups.filter(({ share }) => share >= 0.005);
  const sum = shared.map(({ name: group, share }) => `${group} ${(share * 100).toFixed(1)} %`).join(', ');
  const rows = lines.map((line) => [`\`${line.name}\``, line.place, `${(line.share * 100).toFixed(1)} %`]);
  return `### ${profileTitle(name)}\n\n${sum}.\n\n${table(['', '', 'share'], rows, 2)}`;
}

function method({ about }: Results): string {
  const { command, plan, minutes, machine, openssl, versions } = about;
  const rows = Object.entries(versions).map(([name, version]) => [name, version]);
  return `## How this was measured

\`${command}\` writes this page, its charts and [the numbers](benchmarks/results.json). It took ${minutes} minutes: ${plan.verify.rounds} rounds of
${plan.verify.ms} ms for each contestant in a process of its own, ${plan.http.rounds} of ${plan.http.ms} ms for each server. \`${command} -- --quick\`
takes a minute and shows only that everything works; \`--only verify,http\` measures a part; both leave this page alone.

Every contestant is told issuer and audience and has its keys from a JWKS endpoint. Before it is timed, it has to accept a
good token and to refuse five others: signed with another key, with the claims of another token, from another issuer, for
another audience, expired. Unique tokens are ${plan.uniqueTokens.toLocaleString('en')} in turn, more than any cache here keeps; repeated ones are 200.
Everything speaks http on loopback.

Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, OpenSSL ${openssl}. Load before the run: ${machine.loadBefore.toFixed(2)}.

${table(['package', 'version'], rows, 2)}`;
}
