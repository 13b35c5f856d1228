import type { ExecutionContext, Hono } from 'hono';
import { type AppDescription, createApp } from '../apps.ts';

interface Bindings {
  readonly APP: AppDescription;
}

let app: Hono | undefined;

export default {
  fetch(request: Request, env: Bindings, context: ExecutionContext): Response | Promise<Response> {
    app ??= createApp(env.APP);
    return app.fetch(request, env, context);
  },
};
