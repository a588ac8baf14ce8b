// npm run bench [-- name]: each benchmark is a folder here with an index.ts; `http` is run when none is named.
const name = process.argv[2] ?? 'http';
if (!/^[a-z-]+$/.test(name)) throw new Error(`There is no benchmark "${name}"`);
await import(`./${name}/index.ts`);
