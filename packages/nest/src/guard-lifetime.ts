import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Guard } from '@verifier/core';

/** Ties the guard of a module to the start and the end of its application. */
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
