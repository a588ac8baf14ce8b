import type { LogLevel } from './log-level.js';

interface ErrorDeclaration {
  /** HTTP status of the answer. */
  status: number;
  /** Short, stable summary; the particulars stand in the problem's `detail`. */
  title: string;
  /** How loud it is logged: `debug` for what callers cause every day. */
  level: LogLevel;
}

const declare = <T extends Record<string, ErrorDeclaration>>(errors: T): Readonly<T> => Object.freeze(errors);

/**
 * Every error that a client can receive, by its `code`. Codes are part of the API: they may be added to, but
 * neither renamed nor removed within a major version.
 */
export const ERRORS = declare({
  validation_failed: { status: 400, title: 'The request is not valid', level: 'debug' },
  malformed_json: { status: 400, title: 'The body is not valid JSON', level: 'debug' },
  nested_too_deep: { status: 400, title: 'The JSON is nested too deep', level: 'debug' },
  forbidden_key: { status: 400, title: 'A key is not allowed', level: 'debug' },
  bad_request: { status: 400, title: 'The request is not valid', level: 'debug' },
  query_refused: { status: 400, title: 'The query is not allowed', level: 'debug' },
  query_required: { status: 400, title: 'An explicit query is required', level: 'debug' },
  update_refused: { status: 400, title: 'The update is not allowed', level: 'debug' },
  document_refused: { status: 400, title: 'The document is not allowed', level: 'debug' },
  url_refused: { status: 400, title: 'The address is not allowed', level: 'debug' },
  rule_refused: { status: 400, title: 'The rule is not allowed', level: 'debug' },
  schema_refused: { status: 400, title: 'The JSON Schema is not allowed', level: 'debug' },
  password_too_long: { status: 400, title: 'The password is too long', level: 'debug' },
  signature_invalid: { status: 400, title: 'The signature is not valid', level: 'warn' },
  payment_refused: { status: 400, title: 'The payment provider refused the request', level: 'debug' },
  oauth_state_invalid: { status: 400, title: 'The state of the sign-in is not valid', level: 'debug' },
  redirect_refused: { status: 400, title: 'The redirect is not allowed', level: 'debug' },
  unauthorized: { status: 401, title: 'Not authenticated', level: 'debug' },
  api_key_required: { status: 401, title: 'An API key is required', level: 'debug' },
  api_key_invalid: { status: 401, title: 'The API key is not valid', level: 'warn' },
  token_required: { status: 401, title: 'A user token is required', level: 'debug' },
  token_invalid: { status: 401, title: 'The user token is not valid', level: 'debug' },
  refresh_token_invalid: { status: 401, title: 'The refresh token is not valid', level: 'debug' },
  mfa_required: { status: 401, title: 'A second factor is required', level: 'debug' },
  passkey_invalid: { status: 401, title: 'The passkey is not valid', level: 'debug' },
  code_invalid: { status: 401, title: 'The code is wrong, expired or spent', level: 'debug' },
  credentials_invalid: { status: 401, title: 'The key or the password is wrong', level: 'debug' },
  csrf_token_invalid: { status: 403, title: 'The CSRF token is missing or wrong', level: 'debug' },
  payment_declined: { status: 402, title: 'The payment was declined', level: 'debug' },
  key_not_allowed: { status: 403, title: 'The API key does not allow this', level: 'debug' },
  step_up_required: { status: 403, title: 'It has to be shown again who one is', level: 'debug' },
  account_frozen: { status: 403, title: 'The account is frozen', level: 'debug' },
  forbidden: { status: 403, title: 'Not allowed', level: 'debug' },
  not_found: { status: 404, title: 'Not found', level: 'debug' },
  method_not_allowed: { status: 405, title: 'The method is not allowed', level: 'debug' },
  request_timeout: { status: 408, title: 'The request took too long to arrive', level: 'debug' },
  conflict: { status: 409, title: 'The request conflicts with the present state', level: 'debug' },
  duplicate_key: { status: 409, title: 'A unique value is taken', level: 'debug' },
  identity_conflict: { status: 409, title: 'The identity cannot be linked', level: 'debug' },
  key_taken: { status: 409, title: 'The key is taken', level: 'debug' },
  schema_conflict: { status: 409, title: 'Stored documents do not fulfil the schema', level: 'debug' },
  idempotency_conflict: { status: 409, title: 'The idempotency key is taken', level: 'debug' },
  job_running: { status: 409, title: 'The job is running', level: 'debug' },
  gone: { status: 410, title: 'No longer available', level: 'debug' },
  precondition_failed: { status: 412, title: 'A precondition is not fulfilled', level: 'debug' },
  body_too_large: { status: 413, title: 'The body is too large', level: 'debug' },
  file_quota_exceeded: { status: 413, title: 'The quota of the project is used up', level: 'debug' },
  url_too_long: { status: 414, title: 'The URL is too long', level: 'debug' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported', level: 'debug' },
  file_type_refused: { status: 415, title: 'Files of this type are not taken', level: 'debug' },
  image_refused: { status: 422, title: 'The image cannot be resized', level: 'debug' },
  file_infected: { status: 422, title: 'The file holds a virus', level: 'warn' },
  unprocessable: { status: 422, title: 'The request cannot be fulfilled', level: 'debug' },
  result_too_large: { status: 422, title: 'The result is too large', level: 'debug' },
  query_timeout: { status: 422, title: 'The query took too long', level: 'warn' },
  project_frozen: { status: 423, title: 'The project is frozen', level: 'debug' },
  blocked_by_safety: { status: 422, title: 'The provider blocked it for safety', level: 'debug' },
  conversation_full: { status: 422, title: 'The conversation is full', level: 'debug' },
  context_too_long: { status: 422, title: 'The request is too long for the model', level: 'debug' },
  provider_key_invalid: { status: 422, title: 'The provider does not accept the key', level: 'warn' },
  quota_exceeded: { status: 429, title: 'The quota is used up', level: 'debug' },
  provider_quota: { status: 429, title: 'The quota at the provider is used up', level: 'warn' },
  too_many_requests: { status: 429, title: 'Too many requests', level: 'debug' },
  address_banned: { status: 429, title: 'The address is banned for a while', level: 'debug' },
  headers_too_large: { status: 431, title: 'The headers are too large', level: 'debug' },
  client_gone: { status: 499, title: 'The client has gone', level: 'debug' },
  internal_error: { status: 500, title: 'Something went wrong on the server', level: 'error' },
  decryption_failed: { status: 500, title: 'An encrypted value cannot be read', level: 'error' },
  provider_failed: { status: 502, title: 'The sign-in provider failed', level: 'warn' },
  database_unavailable: { status: 503, title: 'The database is not available', level: 'warn' },
  encryption_key_missing: { status: 503, title: 'A key of encrypted fields is missing', level: 'error' },
  shutting_down: { status: 503, title: 'The server is shutting down', level: 'info' },
  file_not_scanned: { status: 503, title: 'The file has not been scanned yet', level: 'info' },
  scanner_unavailable: { status: 503, title: 'Files cannot be scanned at the moment', level: 'warn' },
  not_configured: { status: 503, title: 'The service is not configured', level: 'warn' },
  service_unavailable: { status: 503, title: 'The service is not available', level: 'warn' },
  output_invalid: { status: 502, title: 'The model did not answer as it was asked to', level: 'warn' },
  provider_unavailable: { status: 503, title: 'The provider is not available', level: 'warn' },
  provider_timeout: { status: 504, title: 'The provider took too long', level: 'warn' },
});

/** The `code` of a problem. */
export type ErrorCode = keyof typeof ERRORS;
