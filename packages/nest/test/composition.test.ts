import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  type Type,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Auth, BearerAuthModule, OktaAuthGuard, Public, RequireScope, type VerifiedToken } from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { platforms, type RunningNestApp } from './platforms.ts';
import { ask, headerOf, moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let bearer: Record<string, string>;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  bearer = { Authorization: `Bearer ${await issuer.token({ scope: 'read' })}` };
});

afterAll(() => issuer.close());

const key = { 'X-API-Key': 'secret' };
const wrongToken = { Authorization: 'Bearer nonsense' };

function hasKey(context: ExecutionContext): boolean {
  const { headers } = context.switchToHttp().getRequest();
  return headers['x-api-key'] === 'secret';
}

/** The example of the README: the guard of the module, so that decorators compose as well. */
@Injectable()
class TokenOrKeyGuard extends OktaAuthGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const result = await this.authenticate(context);
    if (result.ok || hasKey(context)) return true;
    return this.answerError(context, result.error);
  }
}

/** A guard next to that of the module, with the token first. */
@Injectable()
class TokenThenKey implements CanActivate {
  readonly guard: OktaAuthGuard;
  constructor(guard: OktaAuthGuard) {
    this.guard = guard;
  }
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const result = await this.guard.authenticate(context);
    return result.ok || hasKey(context) || this.guard.answerError(context, result.error);
  }
}

/** A guard next to that of the module, with the key first. */
@Injectable()
class KeyThenToken implements CanActivate {
  readonly guard: OktaAuthGuard;
  constructor(guard: OktaAuthGuard) {
    this.guard = guard;
  }
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return hasKey(context) || this.guard.canActivate(context);
  }
}

/** A guard that catches the exception of `onError: 'framework'`. */
@Injectable()
class CatchesToken implements CanActivate {
  readonly guard: OktaAuthGuard;
  constructor(guard: OktaAuthGuard) {
    this.guard = guard;
  }
  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      return await this.guard.canActivate(context);
    } catch (error) {
      if (hasKey(context)) return true;
      throw error;
    }
  }
}

/** A guard that answers a refusal in its own way. */
@Injectable()
class OwnRefusal implements CanActivate {
  readonly guard: OktaAuthGuard;
  constructor(guard: OktaAuthGuard) {
    this.guard = guard;
  }
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { ok } = await this.guard.authenticate(context);
    if (ok || hasKey(context)) return true;
    throw new ForbiddenException('neither token nor key');
  }
}

for (const guard of [TokenThenKey, KeyThenToken, CatchesToken, OwnRefusal]) {
  Inject(OktaAuthGuard)(guard, undefined, 0);
}

@Controller()
class Routes {
  @Get()
  get(@Auth({ optional: true }) auth: VerifiedToken | null): unknown {
    return { scopes: auth?.scopes ?? null };
  }

  @Get('needed')
  needed(@Auth('scopes') scopes: readonly string[]): unknown {
    return { scopes };
  }

  @Public()
  @Get('open')
  open(): unknown {
    return { scopes: 'open' };
  }
}

@Controller('unauthenticated')
class Unauthenticated {
  @Get()
  get(): unknown {
    return { scopes: 'any' };
  }
}

@Controller('scoped')
class Scoped {
  @RequireScope('read')
  @Get()
  get(): unknown {
    return { scopes: 'read' };
  }

  @RequireScope('write')
  @Get('write')
  write(): unknown {
    return { scopes: 'write' };
  }
}

interface Answer {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly caching: string | undefined;
}

async function send(app: RunningNestApp, path: string, headers: Record<string, string>): Promise<Answer> {
  const answer = await ask(app, { path, headers });
  return {
    status: answer.status,
    challenge: headerOf(answer, 'www-authenticate'),
    caching: headerOf(answer, 'cache-control'),
  };
}

const granted = { status: 200, challenge: undefined, caching: undefined };
const refused = (status: number, challenge: RegExp): object => ({
  status,
  challenge: expect.stringMatching(challenge),
  caching: 'no-store',
});

describe.each(Object.entries(platforms))('on %s: a guard that accepts a token or a key', (_name, platform) => {
  const options = (more: object = {}) => ({ issuer: issuer.issuer, audience: issuer.audience, ...more });
  const controllers = [Routes, Unauthenticated, Scoped];

  const runAsOption = (onError: string) => {
    const imports = [BearerAuthModule.forRoot(options({ guard: TokenOrKeyGuard, onError }))];
    return startApp(platform, moduleOf({ imports, controllers }));
  };

  const runNextTo = (guard: Type<CanActivate>, onError: string) => {
    const imports = [BearerAuthModule.forRoot(options({ global: false, onError }))];
    const providers = [{ provide: APP_GUARD, useClass: guard }];
    return startApp(platform, moduleOf({ imports, controllers, providers }));
  };

  describe.each(['respond', 'framework'])("with onError: '%s'", (onError) => {
    it.each<[string, () => Promise<RunningNestApp>]>(
      [
        ['the option guard', () => runAsOption(onError)],
        ['a guard that asks for the token first', () => runNextTo(TokenThenKey, onError)],
        ['a guard that asks for the key first', () => runNextTo(KeyThenToken, onError)],
        ...(onError === 'framework'
          ? [['a guard that catches the exception', () => runNextTo(CatchesToken, onError)] as const]
          : []),
      ].map(([name, run]) => [name, run] as [string, () => Promise<RunningNestApp>]),
    )('[ADAPTERS-COMPOSE] %s grants both, and refuses with the challenge', async (_case, run) => {
      const app = await run();
      const path = '/unauthenticated';
      expect(await send(app, path, bearer)).toEqual(granted);
      expect(await send(app, path, key)).toEqual(granted);
      expect(await send(app, path, { ...key, ...wrongToken })).toEqual(granted);
      expect(await send(app, path, { ...key, Authorization: 'Bearer' })).toEqual(granted);
      expect(await send(app, path, {})).toEqual(refused(401, /^Bearer realm="api"$/));
      expect(await send(app, path, wrongToken)).toEqual(refused(401, /error="invalid_token"/));
      expect(await send(app, path, { Authorization: 'Bearer' })).toEqual(refused(400, /error="invalid_request"/));
      expect(await send(app, '/open', {})).toEqual(granted);
    });

    it('[ADAPTERS-COMPOSE] the token is attached if it was accepted', async () => {
      const app = await runNextTo(TokenThenKey, onError);
      expect(await ask(app, { headers: bearer })).toMatchObject({ status: 200, body: '{"scopes":["read"]}' });
    });

    it('[ADAPTERS-COMPOSE] decorators call the guard of the option', async () => {
      const app = await runAsOption(onError);
      expect(await send(app, '/scoped', bearer)).toEqual(granted);
      expect(await send(app, '/scoped', key)).toEqual(granted);
      expect(await send(app, '/scoped', {})).toEqual(refused(401, /^Bearer realm="api"/));
      expect(await send(app, '/scoped/write', bearer)).toEqual(
        refused(403, /error="insufficient_scope".*scope="write"/),
      );
    });
  });

  it('[ADAPTERS-COMPOSE] the token of a request with a key is null, or required by the parameter', async () => {
    const app = await runAsOption('respond');
    for (const more of [{}, wrongToken]) {
      expect(await ask(app, { headers: { ...key, ...more } })).toMatchObject({ status: 200, body: '{"scopes":null}' });
      const answer = await send(app, '/needed', { ...key, ...more });
      expect(answer).toEqual(refused(401, /^Bearer realm="api"$/));
    }
    expect(await send(app, '/needed', bearer)).toEqual(granted);
  });

  it('[ADAPTERS-COMPOSE] a denied token is denied again by another guard of the route', async () => {
    @Injectable()
    class Ignores implements CanActivate {
      readonly guard: OktaAuthGuard;
      constructor(guard: OktaAuthGuard) {
        this.guard = guard;
      }
      async canActivate(context: ExecutionContext): Promise<boolean> {
        await this.guard.authenticate(context);
        return true;
      }
    }
    Inject(OktaAuthGuard)(Ignores, undefined, 0);
    const app = await runNextTo(Ignores, 'respond');
    expect(await send(app, '/unauthenticated', {})).toEqual(granted);
    expect(await send(app, '/scoped', {})).toEqual(refused(401, /^Bearer realm="api"/));
    expect(await send(app, '/scoped', wrongToken)).toEqual(refused(401, /error="invalid_token"/));
    expect(await send(app, '/scoped', bearer)).toEqual(granted);
  });

  it('a refusal of another guard has no challenge of this one', async () => {
    const app = await runNextTo(OwnRefusal, 'respond');
    expect(await send(app, '/unauthenticated', wrongToken)).toEqual({ ...granted, status: 403 });
  });
});
