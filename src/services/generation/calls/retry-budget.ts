/** Retries that may be saved up. */
const MOST = 10;
/** What a success earns: in the long run one retry for ten calls. */
const EARNED = 0.1;

/** Keeps retries from making the trouble of a provider worse: when nearly everything fails they stop. */
export class RetryBudget {
  private tokens = MOST;

  succeeded(): void {
    this.tokens = Math.min(MOST, this.tokens + EARNED);
  }

  /** @returns whether a retry may be made */
  spend(): boolean {
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
