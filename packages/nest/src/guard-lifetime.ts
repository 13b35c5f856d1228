import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { Guard } from '@verifier/core';
import { validateFieldResolvers } from './validate-field-resolvers.ts';
import { validateHandlers } from './validate-handlers.ts';

/**
 * Loads the keys of a module's guard when the application starts, and closes the guard when it shuts down. Validates that
 * Nest calls the guard for each handler with requirements.
 */
export class GuardLifetime implements OnModuleInit, OnApplicationShutdown {
  readonly #guard: Guard;
  readonly #warmUp: boolean;
  readonly #modules: ModulesContainer;

  constructor(guard: Guard, warmUp: boolean, modules: ModulesContainer) {
    this.#guard = guard;
    this.#warmUp = warmUp;
    this.#modules = modules;
  }

  async onModuleInit(): Promise<void> {
    validateHandlers(this.#modules);
    validateFieldResolvers(this.#modules);
    if (this.#warmUp) await this.#guard.verifier.warmUp();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#guard.close();
  }
}
