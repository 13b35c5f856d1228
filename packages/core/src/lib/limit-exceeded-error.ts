/** A task that found no free place: the queue is full, or it waited too long. */
export class LimitExceededError extends Error {}
