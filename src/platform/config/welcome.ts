import { resolve } from 'node:path';
import type { Config } from './config.js';

/**
 * What a person sees after a start: where everything is, and in development the key to use.
 *
 * @param url address that the server really listens on
 */
export function welcome(config: Config, url: string): string {
  if (config.isProduction) return '';
  const data = config.MONGODB_URI === undefined ? resolve(config.DATA_DIR) : 'MongoDB at MONGODB_URI';
  const lines = [
    `Coglex    ${url}`,
    `Explorer  ${url}/docs`,
    `Data      ${data}`,
    `API key   ${config.SERVER_SECRET}   (development only: production prints none)`,
  ];
  return `\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`;
}
