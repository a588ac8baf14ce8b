// npm run chaos [-- name]: each proof is a folder here with an index.ts; `engine` is run when none is named.
const name = process.argv[2] ?? 'engine';
if (!/^[a-z-]+$/.test(name)) throw new Error(`There is no crash proof "${name}"`);
await import(`./${name}/index.ts`);
