import { Controller, Get, type INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { createSecurityModule } from '../../../test/support/security-module.js';
import { Access, ACCESS_RULE, Public } from './access.decorator.js';

@Access()
@Controller('things')
class Things {
  @Get()
  list() {}

  @Get('own')
  @Access({ user: 'required', collection: '_MEMBERS' })
  own() {}

  @Get('cheap')
  @Access({ key: false, user: 'required' })
  tokenOnly() {}

  @Get('partner')
  @Access({ key: { secret: 'partner' }, user: 'none' })
  partner() {}

  @Get('open')
  @Public('A test')
  open() {}

  helper() {}
}

/** Rule of the class, or of one of its handlers. */
function ruleOf(handler?: keyof Things): unknown {
  const target: unknown = handler && Object.getOwnPropertyDescriptor(Things.prototype, handler)?.value;
  return Reflect.getMetadata(ACCESS_RULE, target ?? Things);
}

describe('@Access()', () => {
  it('asks for the key and looks at a token by default', () => {
    expect(ruleOf()).toEqual({
      kind: 'restricted',
      key: true,
      user: 'optional',
      collection: undefined,
      publishable: false,
      root: false,
      action: undefined,
    });
  });

  it('keeps the options of a handler', () => {
    expect(ruleOf('own')).toMatchObject({ key: true, user: 'required', collection: '_MEMBERS' });
    expect(ruleOf('tokenOnly')).toMatchObject({ key: false, user: 'required' });
    expect(ruleOf('partner')).toMatchObject({ key: { secret: 'partner' }, user: 'none' });
  });

  it('refuses to open a handler without saying so', () => {
    expect(() => Access({ key: false })).toThrow('@Public');
    expect(() => Access({ key: false, user: 'optional' })).toThrow('@Public');
    expect(() => Access({ key: false, user: 'none' })).toThrow('@Public');
  });

  it('does not let other keys in beside the root key', () => {
    expect(() => Access({ root: true, publishable: true })).toThrow('SERVER_SECRET');
    expect(() => Access({ root: true, key: { secret: 'partner' } })).toThrow('SERVER_SECRET');
  });
});

describe('@Public()', () => {
  it('keeps its reason', () => {
    expect(ruleOf('open')).toEqual({ kind: 'public', reason: 'A test' });
  });

  it('demands one', () => {
    expect(() => Public('')).toThrow('reason');
    expect(() => Public('  ')).toThrow('reason');
  });
});

describe('OpenAPI document', () => {
  let app: INestApplication;
  let document: OpenAPIObject;
  const operation = (path: string) => document.paths[path].get;

  beforeAll(async () => {
    const module = await createSecurityModule({ controllers: [Things] });
    app = module.createNestApplication(new FastifyAdapter());
    document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  });
  afterAll(() => app.close());

  it('shows with what each handler is called', () => {
    expect(operation('/things')?.security).toEqual([{ apiKey: [] }, { apiKey: [], userToken: [] }]);
    expect(operation('/things/own')?.security).toEqual([{ apiKey: [], userToken: [] }]);
    expect(operation('/things/partner')?.security).toEqual([{ apiKey: [] }]);
  });

  it('shows what a handler says, without what its controller says beside it', () => {
    expect(operation('/things/cheap')?.security).toEqual([{ userToken: [] }]);
    expect(operation('/things/open')?.security).toBeUndefined();
    expect(operation('/things/open')?.responses).not.toHaveProperty('401');
  });

  it('shows how each handler refuses', () => {
    expect(operation('/things')?.responses['401']).toMatchObject({
      description: expect.stringMatching(/api_key_required[^]*api_key_invalid[^]*token_invalid/) as string,
    });
    expect(operation('/things/cheap')?.responses['401']).toMatchObject({
      description: expect.not.stringContaining('api_key') as string,
    });
  });
});
