import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Max, Min, ValidateBy } from 'class-validator';
import { BAN_FORM, isBanRule, isRateLimit, LIMIT_FORM, parseBanRule, parseRateLimit } from './limit-words.js';
import {
  parseBytes,
  parseDuration,
  parseFlag,
  parseInteger,
  parseJsonSetting,
  parseList,
} from './setting-parsers.js';

/** What the documentation says of a setting; the generated files and the README table come from it. */
export interface SettingInfo {
  /** Heading under which the setting is listed. */
  group: string;
  /** One sentence, without a line break. */
  about: string;
  /** Never printed, neither in documents nor in logs. */
  secret?: boolean;
  /**
   * A new value from a secret file or from Vault takes effect while the server runs: the value is read where it is used, or
   * `ConfigChanges` is listened to. All others wait for a restart.
   */
  live?: boolean;
  /** What the documents show where the default is made at run time. */
  shownDefault?: string;
  /** Whether the process can start without a value; `true` when the property has an initializer. */
  optional?: boolean;
}

const registry = new Map<string, SettingInfo>();

/** Every declared setting by its environment name, in order of declaration. */
export function settings(): ReadonlyMap<string, SettingInfo> {
  return registry;
}

function setting(info: SettingInfo, ...decorators: PropertyDecorator[]): PropertyDecorator {
  const declare: PropertyDecorator = (_target, name) => {
    registry.set(String(name), info);
  };
  if (info.optional) decorators.push(IsOptional());
  return applyDecorators(declare, ...decorators);
}

const parse = (parser: (value: unknown) => unknown) => Transform(({ value }) => parser(value));

/** A line of text. */
export const Text = (info: SettingInfo) => setting(info, IsString());

/**
 * A line of text of a certain form.
 *
 * @param isWord what it must be
 * @param expected the same in words, after "must"
 */
export const Words = (isWord: (text: string) => boolean, expected: string, info: SettingInfo) =>
  setting(
    info,
    ValidateBy(
      { name: 'isWords', validator: { validate: (text) => typeof text === 'string' && isWord(text) } },
      { message: `$property must ${expected}` },
    ),
  );

/** One of a few words. */
export const Choice = (words: readonly string[], info: SettingInfo) =>
  setting(
    { ...info, about: `${info.about} One of ${words.map((word) => `\`${word}\``).join(', ')}.` },
    IsIn(words),
  );

/** A whole number within bounds. */
export const Integer = (min: number, max: number, info: SettingInfo) =>
  setting(info, parse(parseInteger), IsInt(), Min(min), Max(max));

/** A size in bytes; `16MB`, `512kb` and plain numbers are understood, with 1 kB = 1024 bytes. */
export const Bytes = (min: number, max: number, info: SettingInfo) =>
  setting(
    info,
    parse(parseBytes),
    IsInt({ message: '$property must be a size such as 16MB' }),
    Min(min),
    Max(max),
  );

/** A time in seconds; `8d`, `12h`, `30m`, `45s` and plain seconds are understood. */
export const Duration = (min: number, max: number, info: SettingInfo) =>
  setting(
    info,
    parse(parseDuration),
    IsInt({ message: '$property must be a time such as 8d' }),
    Min(min),
    Max(max),
  );

/** `true` or `false`. */
export const Flag = (info: SettingInfo) => setting(info, parse(parseFlag), IsBoolean());

/**
 * Words separated by commas.
 *
 * @param isWord what each word must be
 * @param expected the same in words, after "must"
 */
export const List = (isWord: (word: string) => boolean, expected: string, info: SettingInfo) =>
  setting(
    info,
    parse(parseList),
    ValidateBy(
      { name: 'isWord', validator: { validate: (word) => typeof word === 'string' && isWord(word) } },
      { each: true, message: `$property must ${expected}` },
    ),
  );

/**
 * A JSON object.
 *
 * @param isValid what it must be
 * @param expected the same in words, after "must"
 */
export const Json = (isValid: (value: unknown) => boolean, expected: string, info: SettingInfo) =>
  setting(
    info,
    parse(parseJsonSetting),
    ValidateBy(
      { name: 'isJson', validator: { validate: isValid } },
      { message: `$property must ${expected}` },
    ),
  );

/** How often something may be done: `count/seconds`, or `off`. */
export const Limit = (info: SettingInfo) =>
  setting(
    info,
    parse(parseRateLimit),
    ValidateBy(
      { name: 'isLimit', validator: { validate: isRateLimit } },
      { message: `$property must be ${LIMIT_FORM}` },
    ),
  );

/** When whoever is refused is banned: `violations/seconds/banned-seconds`, or `off`. */
export const Ban = (info: SettingInfo) =>
  setting(
    info,
    parse(parseBanRule),
    ValidateBy(
      { name: 'isBan', validator: { validate: isBanRule } },
      { message: `$property must be ${BAN_FORM}` },
    ),
  );

/** An absolute http or https address. */
export const HttpUrl = (info: SettingInfo) =>
  setting(info, IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }));
