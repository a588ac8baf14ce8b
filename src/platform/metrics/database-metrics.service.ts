import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import mongoose, { type Connection, type mongo } from 'mongoose';
import type { Gauge } from 'prom-client';
import { Metrics } from './metrics.service.js';

/** Shows the pool of connections to the database. */
@Injectable()
export class DatabaseMetrics {
  private readonly connections: Gauge<'state'>;
  private watched?: mongo.MongoClient;

  constructor(@InjectConnection() connection: Connection, metrics: Metrics) {
    this.connections = metrics.gauge({
      name: 'coglex_database_connections',
      help: 'Connections of the pool that are in use, and how many operations wait for one',
      labelNames: ['state'],
    });
    this.connections.set({ state: 'in_use' }, 0);
    this.connections.set({ state: 'waiting' }, 0);
    metrics.gauge({
      name: 'coglex_database_up',
      help: '1 while there is a connection to the database',
      collect() {
        this.set(connection.readyState === mongoose.STATES.connected ? 1 : 0);
      },
    });
    if (connection.readyState === mongoose.STATES.connected) this.watch(connection.getClient());
    connection.on('connected', () => this.watch(connection.getClient()));
  }

  /** A new client has a pool of its own. */
  private watch(client: mongo.MongoClient): void {
    if (this.watched === client) return;
    this.watched = client;
    this.connections.set({ state: 'in_use' }, 0);
    this.connections.set({ state: 'waiting' }, 0);
    const count = (state: string, by: number) => () => this.connections.inc({ state }, by);
    client.on('connectionCheckOutStarted', count('waiting', 1));
    client.on('connectionCheckOutFailed', count('waiting', -1));
    client.on('connectionCheckedOut', () => {
      this.connections.dec({ state: 'waiting' });
      this.connections.inc({ state: 'in_use' });
    });
    client.on('connectionCheckedIn', count('in_use', -1));
  }
}
