import { readFileSync, writeFileSync } from 'node:fs';
import { envExample, replaceConfigurationTable } from '../platform/config/documents.js';

/** Writes `.env.example` and the configuration table of the README from the Config class. */
writeFileSync('.env.example', envExample());
writeFileSync('README.md', replaceConfigurationTable(readFileSync('README.md', 'utf8')));
process.stdout.write('.env.example README.md\n');
