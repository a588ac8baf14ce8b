import { MongoClient } from 'mongodb';

// Prints whether the server at the address given is a standalone one.
const client = new MongoClient(process.argv[2]);
const hello = await client.db('admin').command({ hello: 1 });
process.stdout.write(JSON.stringify(hello.setName === undefined && hello.msg !== 'isdbgrid'));
await client.close();
