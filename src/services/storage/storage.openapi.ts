import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiParam,
  ApiResponse,
  getSchemaPath,
  type SchemaObject,
} from '@nestjs/swagger';

import { StoredDocumentDto } from './dto/answers.dto.js';
import { InsertManyDto } from './dto/bodies.dto.js';

const FREE_FORM: SchemaObject = { type: 'object', additionalProperties: true };

/** How values of types that JSON lacks travel. */
export const EXTENDED_JSON =
  'What JSON lacks is written as Extended JSON, such as `{"$date": "2026-01-31T12:00:00Z"}`, `{"$numberDecimal": "9.90"}`, `{"$numberLong": "9007199254740993"}`, `{"$binary": {"base64": "aGk=", "subType": "00"}}` or `{"$oid": "65a1b2c3d4e5f60718293a4b"}`. In answers it is the same, but for dates, which are ISO 8601 text, and ObjectIds, which are their 24 digits.';

/** What of MongoDB's query language is understood. */
export const QUERIES =
  'Queries are MongoDB queries, without server-side JavaScript, text and geospatial search. Regular expressions have the syntax of RE2. Text compared with `_inserted` or `_patched` is read as an ISO 8601 date.';

/** The server's fields, and any others. */
const STORED_DOCUMENT: SchemaObject = {
  allOf: [{ $ref: getSchemaPath(StoredDocumentDto) }, FREE_FORM],
};

export const ApiCollection = () =>
  ApiParam({
    name: 'collection',
    description: 'Made by its first document. Names that begin with `_` belong to the system.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$', example: 'notes' },
  });

export const ApiDocumentId = () =>
  ApiParam({ name: 'id', description: '`_id` of the document.', example: 'first-note' });

/** 200 with one document. */
export const ApiDocument = () =>
  applyDecorators(
    ApiExtraModels(StoredDocumentDto),
    ApiResponse({ status: 200, description: 'The document', schema: STORED_DOCUMENT }),
  );

/** 200 with a page of documents. */
export const ApiDocuments = () =>
  applyDecorators(
    ApiExtraModels(StoredDocumentDto),
    ApiResponse({
      status: 200,
      description: 'The documents; an empty list when none matches',
      schema: { type: 'array', items: STORED_DOCUMENT },
      headers: {
        'X-Total-Count': {
          description: 'How many documents match in all; with `count=true`',
          schema: { type: 'integer' },
        },
      },
    }),
  );

/** 200 with what a pipeline made. */
export const ApiPipelineResult = () =>
  ApiResponse({
    status: 200,
    description: 'What comes out of the last stage',
    schema: { type: 'array', items: FREE_FORM, example: [{ _id: false, count: 2 }] },
  });

/** The three forms of an insert. */
export const ApiNewDocuments = () =>
  applyDecorators(
    ApiExtraModels(InsertManyDto),
    ApiBody({
      description:
        'One document, a list of documents, or `{"documents": […]}`. An object whose only member is a list named `documents` always means a batch.',
      schema: {
        anyOf: [
          FREE_FORM,
          { type: 'array', items: FREE_FORM, minItems: 1 },
          { $ref: getSchemaPath(InsertManyDto) },
        ],
      },
      examples: {
        one: {
          summary: 'One document, with an id of its own',
          value: { _id: 'first-note', title: 'Write it down', done: false, views: 0 },
        },
        list: {
          summary: 'A list',
          value: [
            { title: 'Buy milk', done: false },
            { title: 'Call Ada', done: true },
          ],
        },
        batch: {
          summary: 'A batch, with a date in Extended JSON',
          value: { documents: [{ title: 'Pay rent', done: false, due: { $date: '2026-12-01T00:00:00Z' } }] },
        },
      },
    }),
  );
