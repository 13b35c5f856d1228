import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { OktaAuthGuard, OktaAuthModule } from '@verifier/nest';
import { AppModule } from '../src/app.module';

async function listen(app: INestApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${app.getHttpServer().address().port}`;
}

describe('the application, with its guard', () => {
  let app: INestApplication;
  let origin: string;
  const headers = { Authorization: `Bearer ${process.env.ACCESS_TOKEN}` };

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication();
    origin = await listen(app);
  });

  afterAll(() => app.close());

  it('is open where it says so', async () => {
    expect((await fetch(`${origin}/health`)).status).toBe(200);
  });

  it('answers a request without a token with 401 and its challenge', async () => {
    const response = await fetch(`${origin}/profile`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="api"');
  });

  it('lets a token of the issuer through', async () => {
    const response = await fetch(`${origin}/profile`, { headers });
    expect(await response.json()).toEqual({ scopes: ['read:orders'] });
  });

  it('answers a token with too little scope with 403', async () => {
    expect((await fetch(`${origin}/orders`, { headers })).status).toBe(403);
  });
});

describe('the application, without its guard', () => {
  it('answers without a token', async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(OktaAuthGuard)
      .useValue({ canActivate: () => true })
      .compile();
    const app = module.createNestApplication();
    const origin = await listen(app);
    expect(await (await fetch(`${origin}/orders`)).json()).toEqual([]);
    await app.close();
  });
});

describe('the application, with a resource', () => {
  it('serves its metadata, although a testing module has its HTTP adapter late', async () => {
    const resource = { url: 'https://api.example/orders' };
    const module = await Test.createTestingModule({ imports: [OktaAuthModule.forRoot({ resource })] }).compile();
    const app = module.createNestApplication();
    const origin = await listen(app);
    const response = await fetch(`${origin}/.well-known/oauth-protected-resource/orders`);
    expect(await response.json()).toMatchObject({ resource: 'https://api.example/orders' });
    await app.close();
  });
});
