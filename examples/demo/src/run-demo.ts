import { Narrator } from './print/narrator.ts';
import { openSetting, type Setting } from './setting.ts';
import { keyRotation } from './stories/key-rotation.ts';
import { outage } from './stories/outage.ts';
import { Stage, type Story } from './stories/story.ts';
import { whoGetsIn } from './stories/who-gets-in.ts';

const stories: readonly Story[] = [whoGetsIn, keyRotation, outage];

/** Tells the whole story, and returns whether everything came out as it has to. */
export async function runDemo(print: (line: string) => void): Promise<boolean> {
  const start = performance.now();
  const narrator = new Narrator(print);
  printWarnings(narrator);
  const setting = await openSetting();
  try {
    introduce(setting, narrator);
    for (const tell of stories) await tell(new Stage(setting, narrator));
  } finally {
    await setting.close();
  }
  const { discovery, keys } = setting.issuer.counts;
  conclude(narrator, discovery + keys, (performance.now() - start) / 1000);
  return narrator.faults.length === 0;
}

// In place of the lines that Node.js writes to stderr.
function printWarnings(narrator: Narrator): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ message }) => narrator.remark(`Warning to the operator: ${message}`));
}

function introduce({ issuer, apis }: Setting, { text }: Narrator): void {
  const line = (name: string, what: string): string => `${name.padEnd(22)}${what}`;
  text(
    line('Authorization server', issuer.issuer),
    ...apis.map(({ name, origin }) => line(`API, ${name}`, `${origin}, behind oktaAuth()`)),
    line('OKTA_OAUTH2_ISSUER', 'names the authorization server; oktaAuth() needs to be told nothing else'),
  );
}

function conclude({ faults, requests, text }: Narrator, contacts: number, seconds: number): void {
  const time = `${seconds.toFixed(1)} s`;
  if (faults.length > 0) text('', `${faults.length} not as expected, in ${time}:`, ...faults.map((one) => `- ${one}`));
  else text('', `${requests} requests answered as expected, in ${time}. The issuer was asked ${contacts} times.`);
  text('To try it with curl: npm start -- --serve');
}
