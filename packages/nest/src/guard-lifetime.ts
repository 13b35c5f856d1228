import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Guard } from '@verifier/core';

/** Loads the keys of a module's guard when the application starts, and closes the guard when it shuts down. */
export class GuardLifetime implements OnModuleInit, OnApplicationShutdown {
  readonly #guard: Guard;
  readonly #warmUp: boolean;

  constructor(guard: Guard, warmUp: boolean) {
    this.#guard = guard;
    this.#warmUp = warmUp;
  }

  async onModuleInit(): Promise<void> {
    if (this.#warmUp) await this.#guard.verifier.warmUp();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#guard.close();
  }
}
