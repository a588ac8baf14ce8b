// npm run fuzz [-- requests [seed]]: requests made from the OpenAPI document, hostile ones among them, against the
// built server. Fails on any 5xx, any status or media type that is not documented, and any body that misses its schema.
import { Agent } from 'undici';
import { Processes } from '../bench/processes.ts';
import { AnswerChecker } from './answer-checker.ts';
import { signUpCallers } from './callers.ts';
import { ApiDocument } from './document.ts';
import { Random } from './random.ts';
import { Report } from './report.ts';
import { RequestMaker } from './request-maker.ts';
import { send } from './send.ts';

const AT_ONCE = 16;

const requests = Number(process.argv[2] ?? 100_000);
const random = new Random(Number(process.argv[3] ?? Date.now() % 2 ** 31));
const processes = new Processes();
const agent = new Agent({ connections: AT_ONCE, headersTimeout: 30_000, bodyTimeout: 30_000 });
const report = new Report(requests, random.seed);
try {
  const { url } = await processes.fuzzTarget();
  const document = await ApiDocument.load(url);
  const maker = new RequestMaker(document, await signUpCallers(url), random);
  const checker = new AnswerChecker(document);
  let sent = 0;
  const work = async () => {
    while (sent < requests) {
      const operation = document.operations[sent++ % document.operations.length];
      const request = maker.make(operation);
      const answer = await send(agent, url, request);
      report.count(operation, answer, checker.problemOf(operation, answer), request);
      if (answer.status < 300 && answer.type === 'application/json')
        maker.learn(JSON.parse(answer.text || 'null'));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
} finally {
  await agent.close();
  await processes.stop();
}
process.stdout.write(report.toString());
process.exitCode = report.failed ? 1 : 0;
