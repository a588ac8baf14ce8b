import { BENCH_SECRET, Processes, type Running } from '../processes.ts';
import { receive, send } from './transfer.ts';

// One gigabyte up and down through Coglex beside a bare Fastify that streams to disk, how much memory that takes, and
// a thousand small uploads at once.

const MEGABYTES = Number(process.env.BENCH_MEGABYTES ?? 1024);
const SMALL = 1000;
const KEY = { 'X-API-Key': BENCH_SECRET };
const say = (line: string) => process.stdout.write(`${line}\n`);

const processes = new Processes();

/** Most memory that a server had while something ran, beyond what it had before. */
async function growth(server: Running, work: () => Promise<void>): Promise<number> {
  const before = server.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, server.rss())), 50);
  await work();
  clearInterval(timer);
  return most - before;
}

const form = (name: string) =>
  `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
const FORM = { ...KEY, 'Content-Type': 'multipart/form-data; boundary=b' };
const upload = async (url: string, megabytes: number) => {
  const { body, megabytesPerSecond } = await send(url, megabytes, FORM, form('a.bin'), '\r\n--b--\r\n');
  return { megabytesPerSecond, file: JSON.parse(body.toString()) as { filepath: string } };
};

try {
  const { uri } = await processes.database();
  const floor = await processes.script('test/bench/archive/floor.ts');
  const coglex = await processes.coglex(uri, { MAX_CONTENT_LENGTH: '4GB' });
  const archive = `${coglex.url}/service/archive/v1`;
  const OCTETS = { 'Content-Type': 'application/octet-stream' };
  await send(floor.url, 64, OCTETS);
  await upload(archive, 64);

  const floorUp = await send(floor.url, MEGABYTES, OCTETS);
  const up = { speed: 0, path: '' };
  const grownUp = await growth(coglex, async () => {
    const { megabytesPerSecond, file } = await upload(archive, MEGABYTES);
    Object.assign(up, { speed: megabytesPerSecond, path: file.filepath });
  });
  const floorDown = await receive(floor.url, {});
  let down = 0;
  const grownDown = await growth(coglex, async () => {
    down = (await receive(`${coglex.url}${up.path}`, KEY)).megabytesPerSecond;
  });
  const row = (name: string, bare: number, own: number, grown: number) =>
    say(
      `${name} ${MEGABYTES} MB: floor ${bare.toFixed(0)} MB/s, coglex ${own.toFixed(0)} MB/s, ratio ${(own / bare).toFixed(2)}, RSS +${grown} MB`,
    );
  row('up  ', floorUp.megabytesPerSecond, up.speed, grownUp);
  row('down', floorDown.megabytesPerSecond, down, grownDown);

  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: SMALL }, async (_, n) => {
      const body = new FormData();
      body.append('file', new Blob([`small file ${n}`]), `${n}.txt`);
      return (await fetch(archive, { method: 'POST', headers: KEY, body })).status;
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const query = encodeURIComponent('{"mimetype":"text/plain"}');
  const listed = await fetch(`${archive}?query=${query}&limit=1&count=true`, { headers: KEY });
  say(
    `small ${answers.filter((status) => status === 201).length} of ${SMALL} stored, ${listed.headers.get('x-total-count')} listed, ${(SMALL / seconds).toFixed(0)}/s`,
  );
} finally {
  await processes.stop();
}
