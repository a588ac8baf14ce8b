import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import type { RunPlace } from './job.js';

/** This process among those that share a database. */
@Injectable()
export class Instance {
  readonly place: RunPlace = { instance: randomUUID(), host: hostname() };
}
