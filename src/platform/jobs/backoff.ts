/**
 * A wait before another try, that is up to a fifth longer or shorter by chance: what failed together does not come
 * again together.
 */
export const withJitter = (ms: number): number => Math.round(ms * (0.8 + Math.random() * 0.4));
