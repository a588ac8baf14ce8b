import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Config } from '../config/config.js';
import { PACKAGE_VERSION } from '../config/package-version.js';
import { ProblemDto } from '../errors/problem.dto.js';
import { API_KEY_SCHEME, USER_TOKEN_SCHEME } from '../security/access.decorator.js';
import { withCommonProblems } from './common-problems.js';
import { withCsrfToken } from './explorer-requests.js';

/** The OpenAPI document of all routes. */
export function createOpenApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const document = new DocumentBuilder()
    .setTitle('Coglex')
    .setDescription(
      'Accounts, documents, files, payments, AI generation and sandboxed functions over REST. Every error is a problem document (RFC 9457) with a stable `code`.',
    )
    .setVersion(PACKAGE_VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, API_KEY_SCHEME)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, USER_TOKEN_SCHEME)
    .build();
  return withCommonProblems(SwaggerModule.createDocument(app, document, { extraModels: [ProblemDto] }));
}

/** Serves the explorer at `/docs` and the document at `/docs-json`, from local files only. */
export function serveOpenApi(app: NestFastifyApplication): void {
  if (!app.get(Config).DOCS_ENABLED) return;
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Coglex API',
    swaggerOptions: {
      persistAuthorization: true,
      displayRequestDuration: true,
      tagsSorter: 'alpha',
      requestInterceptor: withCsrfToken,
    },
  });
}
