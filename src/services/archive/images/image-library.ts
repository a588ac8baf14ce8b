import sharp from 'sharp';

// Takes 25 MB of memory: whoever needs it imports this with the first image.

/** Loaders for what can be resized; all others are closed, whatever the bytes pass for. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map((name) => `VipsForeignLoad${name}`);

sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });
// Several images at a time are better than several threads for one.
sharp.concurrency(1);
// Results are kept by the cache of this service; the library's own would only hold memory.
sharp.cache(false);

export { sharp };
