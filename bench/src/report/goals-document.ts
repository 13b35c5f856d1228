import { allGoals } from '../goals/all-goals.ts';
import { type Goal, isReached, outcomeOf } from '../goals/goal.ts';
import { thresholdOf } from '../goals/thresholds.ts';
import type { Profile } from '../profile/cpu-profile.ts';
import type { Results } from '../results.ts';
import { profileTitle } from './labels.ts';
import { table } from './markdown.ts';

/** Returns the text of `goals.md`: the goals of the project, the missed ones with their reasons and profiles. */
export function goalsDocument(results: Results): string {
  const goals = allGoals(results);
  const parts = [goalsPart(goals, results), reasonsPart(goals), profilesPart(goals, results)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function goalsPart(goals: readonly Goal[], { about }: Results): string {
  const rows = goals.map((goal) => {
    const outcome = isReached(goal) ? outcomeOf(goal) : `**${outcomeOf(goal)}**`;
    const ratios = [goal.ratio.toFixed(2), thresholdOf(goal).toFixed(2)];
    return [goal.group, goal.what, goal.goal, goal.measured, outcome, ...ratios];
  });
  return `<!-- Written by \`npm run bench\`. Run it to change this page. -->

# Goals of the benchmarks

After this page you know which goals of the project the run of ${about.date} reached, why it missed the others, and when
\`npm run bench -- --check\` fails.

${goals.filter(isReached).length} of ${goals.length} goals are reached. The ratio is the measurement divided by the goal, inverted if less is better: 1.00 or more is
reached. \`--check\` measures again and exits with 1 if the ratio of a row is below its threshold: 1.00, or the recorded ratio less
10 % if that is lower.

${table(['', '', 'goal', 'measured', '', 'ratio', 'threshold'], rows, 2)}`;
}

function reasonsPart(goals: readonly Goal[]): string {
  const missed = Map.groupBy(
    goals.filter((goal) => !isReached(goal)),
    ({ why }) => why ?? 'No reason is known; see the profile below.',
  );
  if (missed.size === 0) return '';
  const parts = [...missed].map(([why, alike]) => {
    const list = alike.map((goal) => `- ${goal.group}, ${goal.what}: ${outcomeOf(goal)}`);
    return `${list.join('\n')}\n\n${why}`;
  });
  return `## Missed goals and their reasons\n\n${parts.join('\n\n')}`;
}

function profilesPart(goals: readonly Goal[], { verify, http }: Results): string {
  const profiles: Readonly<Record<string, Profile>> = { ...verify?.profiles, ...http?.profiles };
  const missed = new Set(goals.filter((goal) => !isReached(goal)).map(({ profile }) => profile));
  const shown = Object.entries(profiles).filter(([name]) => missed.has(name));
  if (shown.length === 0) return '';
  return `## Profiles

CPU profiles behind the missed goals, with RS256: the self time of functions as a share of the time that the process was
busy. The signature is \`run\` and \`SignJob\`; neither it nor SHA-256 can be made faster here.

${shown.map(([name, of]) => profilePart(name, of)).join('\n\n')}`;
}

function profilePart(name: string, { groups, lines }: Profile): string {
  const shared = groups.filter(({ share }) => share >= 0.005);
  const sum = shared.map(({ name: group, share }) => `${group} ${(share * 100).toFixed(1)} %`).join(', ');
  const rows = lines.map((line) => [`\`${line.name}\``, line.place, `${(line.share * 100).toFixed(1)} %`]);
  return `### ${profileTitle(name)}\n\n${sum}.\n\n${table(['', '', 'share'], rows, 2)}`;
}
