// Repeats core's random lane for longer than a test run may take: `npm run fuzz -- [inputs]`, one million by default,
// each round with another seed. Not part of the tests.
import { run } from './command.ts';

const inputs = Number(process.argv[2] ?? 1_000_000);
const rounds = Math.max(1, Math.ceil(inputs / 100_000));
const perRound = Math.ceil(inputs / rounds);
const firstSeed = Number(process.env['VERIFIER_SEED'] ?? Date.now() % 2 ** 31);

const shares = {
  VERIFIER_TOKENS: Math.ceil(perRound * 0.93),
  VERIFIER_KEY_SETS: Math.ceil(perRound * 0.07),
  // Fewer than the tests run by default would not reach every kind of result.
  VERIFIER_SEQUENCES: Math.max(300, Math.ceil(perRound / 250)),
  VERIFIER_INTERLEAVINGS: Math.ceil(perRound / 250),
};

async function runRound(round: number): Promise<boolean> {
  const seed = firstSeed + round;
  const counts = Object.fromEntries(Object.entries(shares).map(([name, count]) => [name, String(count)]));
  const env = { ...counts, VERIFIER_SEED: String(seed) };
  const startedAt = performance.now();
  const { ok, output } = await run('vitest', ['run', '--project=core-random'], { env, timeout: 3600 });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`round ${round + 1} of ${rounds}, seed ${seed}: ${ok ? 'agreed' : 'DIFFERS'} (${seconds} s)`);
  if (!ok) console.log(output);
  return ok;
}

console.log(
  `each round: ${Object.entries(shares)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ')}`,
);
let agreed = 0;
for (let round = 0; round < rounds; round += 1) agreed += (await runRound(round)) ? 1 : 0;
const { VERIFIER_TOKENS: tokens, VERIFIER_KEY_SETS: keySets, VERIFIER_SEQUENCES: sequences } = shares;
console.log(`${rounds * tokens} tokens, ${rounds * keySets} key sets, ${rounds * sequences} histories, twice`);
console.log(`${agreed} of ${rounds} rounds agreed`);
process.exitCode = agreed === rounds ? 0 : 1;
