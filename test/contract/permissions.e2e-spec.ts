import { Controller, Get } from '@nestjs/common';
import { createApp } from '../../src/bootstrap.js';
import { Access } from '../../src/platform/security/access.decorator.js';
import { NotesModule } from '../support/gateway/notes/notes.module.js';
import { permissionsOf, servedRoutes } from '../support/permissions.js';
import { testConfig } from '../support/security-module.js';
import { TestApp, testDatabaseUri } from '../support/test-app.js';

@Controller('forgotten')
class ForgottenController {
  @Get()
  @Access()
  declared() {}

  @Get('undeclared')
  undeclared() {}
}

describe('permissions', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  // Read the difference before you accept it: this is who may call what.
  it('are those that were agreed upon', () => {
    expect(permissionsOf(app.nest)).toMatchSnapshot();
  });

  it('stand on every route that the server answers, but for preflights and the explorer’s files', () => {
    const undeclared = servedRoutes(app.nest).filter(
      (route) => route !== 'OPTIONS *' && !/^(GET|OPTIONS) \/docs/.test(route),
    );
    expect(undeclared).toEqual(Object.keys(permissionsOf(app.nest)).sort());
  });

  it('are told of an application module as well', async () => {
    const other = await TestApp.start({ imports: [NotesModule] });
    try {
      expect(permissionsOf(other.nest)).toMatchObject({
        'POST /gateway/notes': 'secret key, user required',
        'DELETE /gateway/notes': 'a key of its own, user none',
        'GET /gateway/notes/count': 'no key, user of _AUDITORS required',
        'POST /gateway/notes/open/:link': expect.stringMatching(/^public: /) as string,
      });
    } finally {
      await other.stop();
    }
  });

  it('missing on one handler, keep the server from starting', async () => {
    const undeclared = { module: class {}, controllers: [ForgottenController] };
    const config = testConfig({ LOG_LEVEL: 'silent', MONGODB_URI: testDatabaseUri() });
    const broken = await createApp({ config, imports: [undeclared] });
    try {
      await expect(broken.listen(0, '127.0.0.1')).rejects.toThrow('ForgottenController.undeclared');
      expect(broken.getHttpServer().listening).toBe(false);
    } finally {
      await broken.close();
    }
  });
});
