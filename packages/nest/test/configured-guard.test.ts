import {
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  Scope,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { BearerAuthModule, OktaAuth, OktaAuthGuard, RequireScope } from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { platforms } from './platforms.ts';
import { ask, moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let headers: Record<string, string>;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  headers = { Authorization: `Bearer ${await issuer.token({ scope: 'read' })}` };
});

afterAll(() => issuer.close());

@Injectable()
class Forbids extends OktaAuthGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    throw new ForbiddenException('not today');
  }
}

@Injectable({ scope: Scope.REQUEST })
class ForbidsByRequest extends OktaAuthGuard {
  @Inject(REQUEST)
  readonly request!: { readonly headers: object };

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    throw new ForbiddenException('authorization' in this.request.headers ? 'not today' : 'no request');
  }
}

@Controller('used')
class Used {
  @UseGuards(OktaAuthGuard)
  @Get()
  get(): string {
    return 'ran';
  }
}

@Controller('used-by-class')
@UseGuards(OktaAuthGuard)
class UsedByClass {
  @Get()
  get(): string {
    return 'ran';
  }
}

@Controller('decorated')
class Decorated {
  @OktaAuth()
  @Get()
  get(): string {
    return 'ran';
  }

  @RequireScope('read')
  @Get('scoped')
  scoped(): string {
    return 'ran';
  }
}

@Controller('own')
@UseGuards(Forbids)
class Own {
  @Get()
  get(): string {
    return 'ran';
  }
}

describe.each(Object.entries(platforms))('on %s: the class of the option guard', (_name, platform) => {
  const run = (global: boolean, guard: Type<OktaAuthGuard>) => {
    const options = { issuer: issuer.issuer, audience: issuer.audience };
    const imports = [BearerAuthModule.forRoot({ ...options, global, guard })];
    return startApp(platform, moduleOf({ imports, controllers: [Used, UsedByClass, Decorated, Own] }));
  };

  describe.each([
    ['a guard', Forbids],
    ['a request-scoped guard', ForbidsByRequest],
  ])('%s', (_kind, guard) => {
    // Nest itself refuses a request-scoped guard for every route.
    const globals = guard === Forbids ? [true, false] : [false];
    const paths = ['/used', '/used-by-class', '/decorated', '/decorated/scoped'];

    it.each(globals.flatMap((global) => paths.map((path) => [path, global] as const)))(
      '[NEST-GUARD-CLASS] guards %s with global: %s',
      async (path, global) => {
        const app = await run(global, guard);
        expect(await ask(app, { path })).toMatchObject({ status: 401 });
        const answer = await ask(app, { path, headers });
        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.body)).toMatchObject({ message: 'not today' });
      },
    );
  });

  it('[NEST-GUARD-CLASS] does not replace another guard that a route names', async () => {
    const app = await run(false, OktaAuthGuard);
    expect(await ask(app, { path: '/used', headers })).toMatchObject({ status: 200 });
    expect(await ask(app, { path: '/own', headers })).toMatchObject({ status: 403 });
  });
});
