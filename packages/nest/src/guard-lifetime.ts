import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Guard } from '@verifier/core';

/** Validates a module and loads the keys of its guard when the application starts. Closes the guard when it shuts down. */
export class GuardLifetime implements OnModuleInit, OnApplicationShutdown {
  readonly #guard: Guard;
  readonly #warmUp: boolean;
  readonly #validate: () => void;

  constructor(guard: Guard, warmUp: boolean, validate: () => void) {
    this.#guard = guard;
    this.#warmUp = warmUp;
    this.#validate = validate;
  }

  async onModuleInit(): Promise<void> {
    this.#validate();
    if (this.#warmUp) await this.#guard.verifier.warmUp();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#guard.close();
  }
}
