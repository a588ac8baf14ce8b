import type { mongo } from 'mongoose';
import { Reachability } from './reachability.js';

const description = (...types: string[]) => ({
  servers: new Map(types.map((type, at) => [`db${at}:27017`, { type } as mongo.ServerDescription])),
});

describe('Reachability', () => {
  let reachability: Reachability;
  beforeEach(() => {
    jest.useFakeTimers();
    reachability = new Reachability(500);
  });
  afterEach(() => jest.useRealTimers());

  it('gives the driver time to find a server, and then no more', () => {
    expect(reachability.isAway).toBe(false);
    reachability.take(description('Unknown'));
    jest.advanceTimersByTime(499);
    expect(reachability.isAway).toBe(false);
    jest.advanceTimersByTime(1);
    expect(reachability.isAway).toBe(true);
  });

  it('counts from the first sign, not from the last', () => {
    reachability.take(description('Unknown'));
    jest.advanceTimersByTime(400);
    reachability.take(description('Unknown'));
    jest.advanceTimersByTime(100);
    expect(reachability.isAway).toBe(true);
  });

  it('knows at once that a server is back', () => {
    reachability.take(description('Unknown'));
    jest.advanceTimersByTime(5000);
    reachability.take(description('Standalone'));
    expect(reachability.isAway).toBe(false);
    reachability.take(description('Unknown'));
    expect(reachability.isAway).toBe(false);
  });

  it('leaves a set without a primary to the driver', () => {
    reachability.take(description('RSSecondary', 'Unknown', 'RSSecondary'));
    jest.advanceTimersByTime(5000);
    expect(reachability.isAway).toBe(false);
  });
});
