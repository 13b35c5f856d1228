import { registerHooks } from 'node:module';
import type { Mode } from '../../attacks/attack-context.ts';

/** The message of this process to its parent: the parts of tokens and keys that its own log contains. */
export interface DebugReport {
  readonly attacks: number;
  readonly leaks: readonly string[];
}

const source = new URL('../../../src/runtime/node.ts', import.meta.url).href;
registerHooks({
  resolve: (name, context, next) => (name === '#runtime' ? { url: source, shortCircuit: true } : next(name, context)),
});

const { runtime: engine } = await import('../../../src/runtime/node.ts');
const { AttackKeys } = await import('../../attacks/attack-keys.ts');
const { corpus } = await import('../../attacks/corpus.ts');
const { runAttack } = await import('../../attacks/run-attack.ts');
const { findLeaks, keyMaterialOf } = await import('../find-leaks.ts');
const { audience } = await import('../../support/sign-token.ts');

const lines: string[] = [];
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (text: string | Uint8Array): boolean => {
  lines.push(String(text));
  return write(text);
};

const mode: Mode = { engine, hasTokenCache: true };
const keys = new AttackKeys();
const keyMaterial = keyMaterialOf(keys.jwks);
const leaks: string[] = [];
let attacks = 0;
for (const attack of corpus) {
  const { context } = await runAttack(attack, mode, keys);
  // The log names the configured audience, which the operator knows.
  const log = lines.splice(0).map((line) => line.replaceAll(audience, ''));
  const shown = keyMaterial.filter((material) => log.some((line) => line.includes(material)));
  leaks.push(...[...findLeaks(context, log), ...shown].map((leak) => `${attack.id}: ${leak}`));
  attacks += 1;
}
process.send?.({ attacks, leaks } satisfies DebugReport, () => process.disconnect());
