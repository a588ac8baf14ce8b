/** What makes one piece of work recognizable to a provider, however often it is asked for. */
export class IdempotencyToken {
  private isSpoiled = false;

  constructor(
    /** To be sent to the provider as the key of the work. */
    readonly value: string,
  ) {}

  /** Says that the provider remembers a failure under this value: the next attempt needs another. */
  spoil(): void {
    this.isSpoiled = true;
  }

  get spoiled(): boolean {
    return this.isSpoiled;
  }
}
