import { registerHooks } from 'node:module';
import type { Mode } from '../../attacks/arena.ts';

/** What the process tells its parent: what of the tokens it found in its own log. */
export interface DebugReport {
  readonly attacks: number;
  readonly leaks: readonly string[];
}

const source = new URL('../../../src/runtime/node.ts', import.meta.url).href;
registerHooks({
  resolve: (name, context, next) => (name === '#runtime' ? { url: source, shortCircuit: true } : next(name, context)),
});

const { runtime: engine } = await import('../../../src/runtime/node.ts');
const { createArsenal } = await import('../../attacks/arsenal.ts');
const { corpus } = await import('../../attacks/corpus.ts');
const { runIn } = await import('../../attacks/run-attack.ts');
const { keyMaterialIn, leaksIn } = await import('../suspects.ts');

const lines: string[] = [];
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (text: string | Uint8Array): boolean => {
  lines.push(String(text));
  return write(text);
};

const mode: Mode = { engine, remembers: true };
const arsenal = createArsenal();
const keyMaterial = keyMaterialIn(arsenal.jwks);
const leaks: string[] = [];
let attacks = 0;
for (const attack of corpus) {
  const { arena } = await runIn(attack, mode, arsenal);
  const log = lines.splice(0);
  const shown = keyMaterial.filter((material) => log.some((line) => line.includes(material)));
  leaks.push(...[...leaksIn(arena, log), ...shown].map((leak) => `${attack.id}: ${leak}`));
  attacks += 1;
}
process.send?.({ attacks, leaks } satisfies DebugReport, () => process.disconnect());
