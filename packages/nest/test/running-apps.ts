import type { DynamicModule, INestApplication, ModuleMetadata, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { exchange, type RawResponse } from '@verifier/conformance';
import { afterEach } from 'vitest';
import { type Platform, type RunningNestApp, start } from './platforms.ts';

/** A request of a test. */
export interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Creates a module class from its metadata. */
export function moduleOf(metadata: ModuleMetadata): Type {
  @Module(metadata)
  class App {}
  return App;
}

/** Starts applications that are closed after each test. */
export function runningApps(): (
  platform: Platform,
  module: Type | DynamicModule,
  prepare?: (app: INestApplication) => void,
) => Promise<RunningNestApp> {
  const running: RunningNestApp[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
  });
  return async (platform, module, prepare) => {
    const app = await start(platform, module, prepare);
    running.push(app);
    return app;
  };
}

/** Sends one request. */
export async function ask({ origin }: RunningNestApp, question: Question = {}): Promise<RawResponse> {
  const { method = 'GET', path = '/', headers = {} } = question;
  return exchange(origin, { method, path, headers: Object.entries(headers) });
}

/** The value of a header, by its name in lower case. */
export function headerOf({ headers }: RawResponse, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}
