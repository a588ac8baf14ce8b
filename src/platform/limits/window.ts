/** So many in any span of time of this length. */
export interface WindowRule {
  count: number;
  /** Milliseconds. */
  ms: number;
}

/**
 * What was counted lately: moments, the oldest first, and how many were counted until each. Only what was admitted
 * stands here, so that it is never longer than {@link SLOTS} and one.
 */
export interface Window {
  times: number[];
  counts: number[];
}

/** How a window stands. */
export interface Standing {
  /** How many stand in it. */
  used: number;
  /** Milliseconds until the oldest has left it and there is room for more; 0 while it is empty. */
  resetMs: number;
}

/**
 * Into how many pieces a window is divided. A window that admits no more than this holds each moment by itself, and is
 * exact. A larger one joins those of one piece under the latest moment: it never admits too many, and frees a place at
 * most one piece (1/64 of its length) late.
 */
export const SLOTS = 64;

export const emptyWindow = (): Window => ({ times: [], counts: [] });

/** Drops what has left the window, and says how it stands. */
export function standingOf(window: Window, { ms }: WindowRule, now: number): Standing {
  const { times, counts } = window;
  let gone = 0;
  while (gone < times.length && times[gone] <= now - ms) gone += 1;
  if (gone > 0) {
    times.splice(0, gone);
    counts.splice(0, gone);
  }
  let used = 0;
  for (const count of counts) used += count;
  return { used, resetMs: times.length === 0 ? 0 : times[0] + ms - now };
}

/** Counts one more, whether there is room or not. */
export function add({ times, counts }: Window, { count, ms }: WindowRule, now: number): void {
  const last = times.length - 1;
  const slot = ms / SLOTS;
  const joins =
    last >= 0 &&
    (last + 1 >= count || (count > SLOTS && Math.floor(times[last] / slot) === Math.floor(now / slot)));
  if (joins) {
    times[last] = Math.max(now, times[last]);
    counts[last] += 1;
  } else {
    times.push(now);
    counts.push(1);
  }
}

/** Takes back one that was counted at a moment, unless it has left the window by itself. */
export function giveBack({ times, counts }: Window, { ms }: WindowRule, at: number, now: number): void {
  if (at <= now - ms) return;
  const holder = times.findIndex((time) => time >= at);
  if (holder < 0) return;
  counts[holder] -= 1;
  if (counts[holder] > 0) return;
  times.splice(holder, 1);
  counts.splice(holder, 1);
}
