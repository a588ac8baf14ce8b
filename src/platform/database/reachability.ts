import { mongo } from 'mongoose';

/** A server of which nothing is known: it has never answered, or not any more. */
const isUnknown = ({ type }: mongo.ServerDescription): boolean => type === 'Unknown';

/**
 * Knows since when no server answers. The driver lets each operation wait for a server, and one request makes several:
 * what one has waited for in vain the next need not wait for.
 */
export class Reachability {
  private unknownSince?: number;

  /** @param patienceMs how long an operation is still left to the driver, which may find a server in that time */
  constructor(private readonly patienceMs: number) {}

  watch(client: mongo.MongoClient): void {
    client.on('topologyDescriptionChanged', ({ newDescription }) => this.take(newDescription));
  }

  /** A set of servers that elects its primary has servers: the driver waits for what they decide. */
  take({ servers }: Pick<mongo.TopologyDescription, 'servers'>): void {
    if ([...servers.values()].every(isUnknown)) this.unknownSince ??= performance.now();
    else this.unknownSince = undefined;
  }

  get isAway(): boolean {
    return this.unknownSince !== undefined && performance.now() - this.unknownSince >= this.patienceMs;
  }
}
