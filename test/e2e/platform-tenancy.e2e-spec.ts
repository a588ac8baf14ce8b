import {
  Controller,
  Injectable,
  Module,
  Post,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Database } from '../../src/platform/database/database.service.js';
import { Public } from '../../src/platform/security/access.decorator.js';
import { ProjectContext } from '../../src/platform/tenancy/project-context.service.js';
import { TestApp } from '../support/test-app.js';

/** Takes the project from the body, as the real guards take it from a key. */
@Injectable()
class ChoosingGuard implements CanActivate {
  constructor(private readonly context: ProjectContext) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await new Promise(setImmediate);
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    this.context.choose((body as { project: string }).project);
    return true;
  }
}

@Controller('probe')
@Public('A test')
@UseGuards(ChoosingGuard)
class ProbeController {
  constructor(
    private readonly context: ProjectContext,
    private readonly database: Database,
  ) {}

  @Post()
  async probe(): Promise<{ before: string; after: string; database: string }> {
    const before = this.context.project;
    const database = this.database.collection('things').dbName;
    await this.database.ping();
    return { before, after: this.context.project, database };
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

describe('the project of a request', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ imports: [ProbeModule] });
  });
  afterAll(() => app.stop());

  it('follows it behind the guards, through bodies and the database, and stays apart from others', async () => {
    const projects = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const padding = 'x'.repeat(200_000);
    const answers = await Promise.all(
      projects.map((project) => app.anonymous.post('/probe', { project, padding })),
    );
    expect(answers.map(({ body }) => body)).toEqual(
      projects.map((project) => ({
        before: project,
        after: project,
        database: `${app.databaseName}_${project}`,
      })),
    );
  });

  it('is the default project’s database without a suffix', async () => {
    const { body } = await app.anonymous.post('/probe', { project: 'default' });
    expect(body).toMatchObject({ database: app.databaseName });
  });
});
