import { setTimeout as delay } from 'node:timers/promises';
import type { AuthorizationServer } from '@verifier/test-issuer';

const tick = 100;
const knownPerTick = 17;
const newPerTick = 3;
const forgedPerTick = 20;

/** Clients of the API: the usual ones, and during a storm one that forges tokens. */
export class Traffic {
  readonly #url: string;
  readonly #issuer: AuthorizationServer;
  readonly #tokens: readonly string[];
  readonly #expired: string;
  #isStormy = false;
  #isStopped = false;
  #sent = 0;
  #running: Promise<void> | undefined;

  private constructor(host: string, issuer: AuthorizationServer, [expired = '', ...tokens]: readonly string[]) {
    this.#url = `http://${host}/orders`;
    this.#issuer = issuer;
    this.#tokens = tokens;
    this.#expired = expired;
  }

  /** Starts sending the usual requests: 200 a second, of which two have an expired token. */
  static async start(host: string, issuer: AuthorizationServer): Promise<Traffic> {
    const expired = issuer.sign({ exp: Math.floor(Date.now() / 1000) - 60 });
    const tokens = Array.from({ length: 8 }, (_, index) => issuer.sign({ sub: `subject-${index}` }));
    const traffic = new Traffic(host, issuer, await Promise.all([expired, ...tokens]));
    traffic.#running = traffic.#send();
    return traffic;
  }

  /** Begins or ends a storm of 200 forged tokens a second. */
  set storm(isStormy: boolean) {
    this.#isStormy = isStormy;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #send(): Promise<void> {
    while (!this.#isStopped) {
      const requests = [...(await this.#usualTokens()), ...(this.#isStormy ? this.#forgedTokens() : [])];
      await Promise.all([delay(tick), ...requests.map((token) => this.#request(token))]);
    }
  }

  // The tokens of known subjects were seen before.
  async #usualTokens(): Promise<readonly string[]> {
    const numbers = Array.from({ length: knownPerTick + newPerTick }, (_, index) => this.#sent + index);
    this.#sent += numbers.length;
    const tokens = numbers.map((number, index) => {
      if (index < newPerTick) return this.#issuer.sign({ sub: `subject-${number}` });
      return number % 100 === 99 ? this.#expired : (this.#tokens[number % this.#tokens.length] ?? '');
    });
    return await Promise.all(tokens);
  }

  // The signature of another token, so that each must be verified.
  #forgedTokens(): string[] {
    const [head = ''] = this.#tokens[0]?.split('.') ?? [];
    return Array.from({ length: forgedPerTick }, (_, index) => {
      const claims = {
        iss: this.#issuer.issuer,
        aud: this.#issuer.audience,
        sub: 'admin',
        exp: 4e9,
        jti: `${this.#sent + index}`,
      };
      const signature = this.#tokens[1]?.split('.')[2] ?? '';
      return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    });
  }

  async #request(token: string): Promise<void> {
    const response = await fetch(this.#url, { headers: { authorization: `Bearer ${token}` } });
    await response.body?.cancel();
  }
}
