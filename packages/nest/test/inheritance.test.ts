import { applyDecorators, Controller, Get, Scope, type Type, UseGuards } from '@nestjs/common';
import {
  BearerAuthModule,
  ConfigurationError,
  OktaAuth,
  OktaAuthGuard,
  Public,
  RequireClaims,
  RequireScope,
} from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { instrumentRoutes } from './instrument-routes.ts';
import { platforms } from './platforms.ts';
import { ask, moduleOf, runningApps } from './running-apps.ts';

let issuer: AuthorizationServer;
let read: Record<string, string>;
let write: Record<string, string>;
const startApp = runningApps();

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  [read, write] = [
    { Authorization: `Bearer ${await issuer.token({ scope: 'read' })}` },
    { Authorization: `Bearer ${await issuer.token({ scope: 'write' })}` },
  ];
});

afterAll(() => issuer.close());

/** A decorator that replaces the function and loses its metadata, as those for traces and retries do. */
const Traced = (): MethodDecorator => (_target, _name, descriptor) => {
  const original: unknown = descriptor.value;
  const wrapper = function wrapped(this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(Object(original), this, args);
  };
  return { ...descriptor, value: Object(wrapper) };
};

/** Copies the methods of one prototype to another. */
function copyMethods(to: Type, from: Type): void {
  for (const name of Object.getOwnPropertyNames(from.prototype)) {
    if (name !== 'constructor') to.prototype[name] = from.prototype[name];
  }
}

@Controller('wrapped')
class Wrapped {
  @Get('scope')
  @Traced()
  @RequireScope('write')
  scope(): string {
    return 'ran';
  }

  @Get('token')
  @Traced()
  @OktaAuth()
  token(): string {
    return 'ran';
  }

  @Get('composed')
  @Traced()
  @applyDecorators(RequireScope('write'))
  composed(): string {
    return 'ran';
  }

  @Get('between')
  @RequireClaims(() => true)
  @Traced()
  @RequireScope('write')
  between(): string {
    return 'ran';
  }

  @RequireScope('write')
  @Get('above')
  @Traced()
  above(): string {
    return 'ran';
  }

  @Get('twice')
  @Traced()
  @Traced()
  @RequireScope('write')
  twice(): string {
    return 'ran';
  }
}

abstract class Base {
  @RequireScope('write')
  @Get('overridden')
  overridden(): string {
    return 'base';
  }

  @RequireScope('write')
  @Get('restated')
  restated(): string {
    return 'base';
  }

  @RequireScope('write')
  @Get('opened')
  opened(): string {
    return 'base';
  }

  @RequireScope('write')
  @Get('inherited')
  inherited(): string {
    return 'base';
  }

  @OktaAuth({ scope: 'write', optional: true })
  @Get('optional')
  optional(): string {
    return 'base';
  }
}

@Controller('derived')
class Derived extends Base {
  @Get('overridden')
  override overridden(): string {
    return 'ran';
  }

  @RequireScope('read')
  @Get('restated')
  override restated(): string {
    return 'ran';
  }

  @Public()
  @Get('opened')
  override opened(): string {
    return 'ran';
  }

  @Get('optional')
  override optional(): string {
    return 'ran';
  }
}

@Controller('further')
@UseGuards(
  class Passes {
    canActivate = () => true;
  },
)
class Further extends Derived {
  @Get('overridden')
  override overridden(): string {
    return 'ran';
  }

  @Traced()
  override inherited(): string {
    return 'ran';
  }

  @Get('restated')
  @Traced()
  override restated(): string {
    return 'ran';
  }

  @Get('opened')
  override opened(): string {
    return 'ran';
  }
}

const withScope = <TBase extends Type>(Parent: TBase) => {
  class Mixed extends Parent {
    @RequireScope('write')
    @Get('mixed')
    mixed(): string {
      return 'base';
    }
  }
  return Mixed;
};

@Controller('mixin')
class Mixin extends withScope(class {}) {
  @Get('mixed')
  override mixed(): string {
    return 'ran';
  }
}

@Controller('copied')
class Copied {}
copyMethods(Copied, Object(Base));

const wrapped = [
  ['/wrapped/scope', 401, 403, 200],
  ['/wrapped/token', 401, 200, 200],
  ['/wrapped/composed', 401, 403, 200],
  ['/wrapped/between', 401, 403, 200],
  ['/wrapped/above', 401, 403, 200],
  ['/wrapped/twice', 401, 403, 200],
] as const;

const overridden = [
  ['/derived/overridden', 401, 403, 200],
  ['/derived/restated', 401, 200, 403],
  ['/derived/opened', 200, 200, 200],
  ['/derived/inherited', 401, 403, 200],
  ['/derived/optional', 401, 403, 200],
  ['/further/overridden', 401, 403, 200],
  ['/further/restated', 401, 200, 403],
  ['/further/opened', 401, 403, 200],
  ['/mixin/mixed', 401, 403, 200],
  ['/copied/overridden', 401, 403, 200],
] as const;

describe.each(Object.entries(platforms))('on %s', (_name, platform) => {
  const controllers = [Wrapped, Derived, Further, Mixin, Copied];

  function run(global: boolean, routes: Type[] = controllers) {
    const { issuer: trusted, audience } = issuer;
    const imports = [BearerAuthModule.forRoot({ issuer: trusted, audience, global })];
    return startApp(platform, moduleOf({ imports, controllers: routes }));
  }

  async function statuses(app: Awaited<ReturnType<typeof run>>, path: string): Promise<number[]> {
    const answers = [{}, read, write].map(async (headers) => (await ask(app, { path, headers })).status);
    return Promise.all(answers);
  }

  describe.each([true, false])('with global: %s', (global) => {
    it.each(wrapped)(
      '[NEST-LOST-REQUIREMENTS] a handler that another decorator wraps keeps its requirements: %s',
      async (path, ...expected) => {
        expect(await statuses(await run(global), path)).toEqual(expected);
      },
    );

    it.each(overridden)(
      '[NEST-LOST-REQUIREMENTS] an override keeps the requirements of the method unless it has its own: %s',
      async (path, ...expected) => {
        expect(await statuses(await run(global), path)).toEqual(expected);
      },
    );
  });

  describe('what lets requests through without a token', () => {
    @Public()
    @Controller('open')
    class Open {
      @Get('own')
      own(): string {
        return 'ran';
      }

      @Public()
      @Get('marked')
      marked(): string {
        return 'ran';
      }
    }

    @Controller('below-open')
    class BelowOpen extends Open {
      @Get('added')
      added(): string {
        return 'ran';
      }

      @Get('marked-again')
      override marked(): string {
        return 'ran';
      }
    }

    @Public()
    @Controller('reopened')
    class Reopened extends BelowOpen {}

    @OktaAuth({ optional: true })
    @Controller('optional')
    class Optional {
      @Get('own')
      own(): string {
        return 'ran';
      }
    }

    @Controller('below-optional')
    class BelowOptional extends Optional {}

    @RequireScope('write')
    @Controller('closed')
    class Closed {}

    @Public()
    @Controller('middle')
    class Middle extends Closed {}

    @Controller('below-middle')
    class BelowMiddle extends Middle {
      @Get('added')
      added(): string {
        return 'ran';
      }
    }

    it.each([
      ['/open/own', 200, 200, 200],
      ['/open/marked', 200, 200, 200],
      ['/below-open/own', 401, 200, 200],
      ['/below-open/added', 401, 200, 200],
      ['/below-open/marked-again', 401, 200, 200],
      ['/reopened/own', 200, 200, 200],
      ['/reopened/added', 200, 200, 200],
      ['/optional/own', 200, 200, 200],
      ['/below-optional/own', 401, 200, 200],
      ['/below-middle/added', 401, 403, 200],
    ])('[NEST-PUBLIC-NOT-INHERITED] is not inherited: %s', async (path, ...expected) => {
      const routes = [Open, BelowOpen, Reopened, Optional, BelowOptional, BelowMiddle];
      expect(await statuses(await run(true, routes), path)).toEqual(expected);
    });
  });
});

describe('[NEST-LOST-REQUIREMENTS] requirements that cannot be kept', () => {
  const [[, platform]] = Object.entries(platforms) as [[string, (typeof platforms)[string]]];

  async function startFault(controller: Type, global: boolean): Promise<unknown> {
    const imports = [BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, global })];
    return startApp(Object(platform), moduleOf({ imports, controllers: [controller] })).catch(
      (fault: unknown) => fault,
    );
  }

  @Controller()
  class Replaces {
    constructor() {
      const { get } = this;
      this.get = (...args: []) => get.apply(this, args);
      Object.defineProperty(this.get, 'name', { value: 'anonymous' });
    }

    @RequireScope('read')
    @Get()
    get(): string {
      return 'ran';
    }
  }

  class Guarded {
    @UseGuards(OktaAuthGuard)
    @Get()
    get(): string {
      return 'base';
    }
  }

  @Controller()
  class Overrides extends Guarded {
    @Get()
    override get(): string {
      return 'ran';
    }
  }

  it.each([
    ['the instance replaces the method', Replaces, true, /Replaces\.get has requirements/],
    ['the instance replaces the method', Replaces, false, /Replaces\.get has requirements/],
    ['an override has no guard', Overrides, false, /Overrides\.get overrides or replaces a method with @UseGuards/],
  ])('fail at start-up, and name the method: %s', async (_case, controller, global, message) => {
    const fault = await startFault(controller, global);
    expect(fault).toBeInstanceOf(ConfigurationError);
    expect(String(fault)).toMatch(message);
  });

  it.each([true, false])('are kept if the instance binds the method: global %s', async (global) => {
    @Controller()
    class Binds {
      constructor() {
        this.get = this.get.bind(this);
      }

      @RequireScope('write')
      @Get()
      get(): string {
        return 'ran';
      }
    }
    const imports = [BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, global })];
    const app = await startApp(Object(platform), moduleOf({ imports, controllers: [Binds] }));
    expect(await ask(app)).toMatchObject({ status: 401 });
    expect(await ask(app, { headers: read })).toMatchObject({ status: 403 });
    expect(await ask(app, { headers: write })).toMatchObject({ status: 200 });
  });

  it.each([true, false])(
    'are kept if instrumentation replaces the function of each route: global %s',
    async (global) => {
      instrumentRoutes();
      const imports = [BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience, global })];
      const app = await startApp(Object(platform), moduleOf({ imports, controllers: [Wrapped, Derived] }));
      vi.restoreAllMocks();
      for (const [path, ...statuses] of [...wrapped, ...overridden.slice(0, 5)]) {
        const answers = [{}, read, write].map(async (headers) => (await ask(app, { path, headers })).status);
        expect([path, ...(await Promise.all(answers))]).toEqual([path, ...statuses]);
      }
    },
  );

  it('deny requests to a request-scoped controller that replaces the method', async () => {
    @Controller({ scope: Scope.REQUEST })
    class ReplacesLater extends Replaces {}
    const imports = [BearerAuthModule.forRoot({ issuer: issuer.issuer, audience: issuer.audience })];
    const app = await startApp(Object(platform), moduleOf({ imports, controllers: [ReplacesLater] }));
    expect(await ask(app, { headers: read })).toMatchObject({ status: 500 });
  });

  it.each<[string, () => unknown]>([
    [
      'a property',
      () => {
        class Routes {
          @Object(RequireScope('read'))
          get = (): string => 'ran';
        }
        return Routes;
      },
    ],
    [
      'a static property',
      () => {
        class Routes {
          @Object(Public())
          static get = (): string => 'ran';
          readonly kind = 'routes';
        }
        return Routes;
      },
    ],
    [
      'an accessor',
      () => {
        class Routes {
          @OktaAuth()
          get get(): () => string {
            return () => 'ran';
          }
        }
        return Routes;
      },
    ],
    ['a method of a standard decorator', () => Object(RequireScope('read'))(() => 'ran', { kind: 'method' })],
  ])('throw where the decorator is written: %s', (_place, decorate) => {
    expect(decorate).toThrow(ConfigurationError);
    expect(decorate).toThrow(/belongs on a class or on a method/);
  });
});
