import { createHash, timingSafeEqual } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { verify } from '@node-rs/bcrypt';
import Fastify from 'fastify';
import { MongoClient, ObjectId } from 'mongodb';
import { BENCH_SECRET } from '../processes.ts';

// The least that a server must do for the same answers: check the key, make the driver call, send the result.

interface StoredDocument {
  _id: string;
  _inserted?: Date;
  _patched?: Date;
  _password?: string;
}

const mongo = new MongoClient(process.env.MONGODB_URI ?? '', { maxPoolSize: 50 });
const bench = mongo.db('coglex').collection<StoredDocument>('bench');
const users = mongo.db('coglex').collection<StoredDocument>('_USERS');
const sessions = mongo
  .db('coglex')
  .collection<{ _id: string; rotation: number; key: string }>('bench_sessions');
const jwt = new JwtService({ secret: BENCH_SECRET });
const app = Fastify();

const digest = (text: string) => createHash('sha256').update(text).digest();
app.addHook('onRequest', async (request, reply) => {
  const key = request.headers['x-api-key'];
  if (typeof key !== 'string' || !timingSafeEqual(digest(key), digest(BENCH_SECRET)))
    await reply.status(401).send();
});

app.get<{ Params: { id: string } }>('/service/storage/v1/bench/:id', ({ params }) =>
  bench.findOne({ _id: params.id }),
);
app.get<{ Querystring: { query: string; limit: string } }>('/service/storage/v1/bench', ({ query }) =>
  bench.find(JSON.parse(query.query) as object, { limit: Number(query.limit) }).toArray(),
);
app.post<{ Body: Record<string, unknown> }>('/service/storage/v1/bench', async ({ body }, reply) => {
  const { insertedId } = await bench.insertOne({
    ...body,
    _id: new ObjectId().toHexString(),
    _inserted: new Date(),
  });
  return reply.status(201).send({ inserted: 1, ids: [insertedId] });
});
app.patch<{ Params: { id: string }; Body: { document: object } }>(
  '/service/storage/v1/bench/:id',
  async ({ params, body }) => {
    const result = await bench.updateOne(
      { _id: params.id },
      { ...body.document, $currentDate: { _patched: true } },
    );
    return { matched: result.matchedCount, modified: result.modifiedCount };
  },
);
app.post<{ Body: { pipeline: object[] } }>('/service/storage/v1/bench/aggregate', ({ body }) =>
  bench.aggregate(body.pipeline).toArray(),
);
app.post<{ Body: { _key: string; _password: string } }>(
  '/service/auth/v1/signin',
  async ({ body }, reply) => {
    const user = await users.findOne({ _key: body._key });
    if (!user || !(await verify(body._password, String(user._password)))) return reply.status(401).send();
    return {
      token: await jwt.signAsync({ sub: user._id }, { expiresIn: 3600 }),
      user: { ...user, _password: undefined },
    };
  },
);

app.post<{ Body: { id: string } }>('/service/auth/v1/token', async ({ body }, reply) => {
  const session = await sessions.findOneAndUpdate(
    { _id: body.id },
    { $inc: { rotation: 1 }, $set: { seen: new Date() } },
    { returnDocument: 'after' },
  );
  if (!session) return reply.status(401).send();
  const user = await users.findOne({ _key: session.key });
  return {
    token: await jwt.signAsync({ sub: user?._id }, { expiresIn: 3600 }),
    user: { ...user, _password: undefined },
  };
});

process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`);
process.once('SIGTERM', () => void app.close().then(() => mongo.close()));
