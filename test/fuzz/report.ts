import type { FuzzAnswer } from './answer-checker.ts';
import type { Operation } from './document.ts';
import type { FuzzRequest } from './request-maker.ts';

interface Finding {
  times: number;
  request: FuzzRequest;
  text: string;
}

/** What came of a run. */
export class Report {
  private readonly findings = new Map<string, Finding>();
  private readonly statuses = new Map<number, number>();
  private readonly succeeded = new Set<string>();
  private readonly operations = new Set<string>();

  private readonly requests: number;
  private readonly seed: number;

  constructor(requests: number, seed: number) {
    this.requests = requests;
    this.seed = seed;
  }

  get failed(): boolean {
    return this.findings.size > 0;
  }

  count(operation: Operation, answer: FuzzAnswer, problem: string | undefined, request: FuzzRequest): void {
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    this.operations.add(operation.operationId);
    if (answer.status >= 200 && answer.status < 300) this.succeeded.add(operation.operationId);
    if (problem === undefined) return;
    const key = `${operation.operationId}: ${problem}`;
    const finding = this.findings.get(key) ?? { times: 0, request, text: answer.text };
    finding.times += 1;
    this.findings.set(key, finding);
  }

  toString(): string {
    const statuses = [...this.statuses].sort(([one], [other]) => one - other);
    const never = [...this.operations].filter((id) => !this.succeeded.has(id));
    return [
      `${this.requests} requests to ${this.operations.size} operations, seed ${this.seed}`,
      statuses.map(([status, times]) => `${status}: ${times}`).join('  '),
      `Operations that never succeeded: ${never.join(' ') || 'none'}`,
      ...[...this.findings].map(([key, finding]) => describeFinding(key, finding)),
      this.failed ? `${this.findings.size} findings` : 'No findings',
      '',
    ].join('\n');
  }
}

function describeFinding(key: string, { times, request, text }: Finding): string {
  const { method, url, body = '' } = request;
  const lines = [`${method} ${url}`, body, `-> ${text}`].map((line) => `  ${line.slice(0, 300)}`);
  return ['', `${key} (${times} times)`, ...lines].join('\n');
}
