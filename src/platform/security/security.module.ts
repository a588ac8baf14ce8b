import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AccessRules } from './access-rules.service.js';
import { KeyRing } from './key-ring.service.js';
import { Passwords } from './passwords.service.js';
import { RowRules } from './rules/row-rules.service.js';
import { SigningKeys } from './signing-keys.service.js';
import { Tokens } from './tokens.service.js';
import { UserTokens } from './user-tokens.service.js';

/** Access rules, keys, tokens and passwords, for every module. */
@Global()
@Module({
  imports: [DiscoveryModule, JwtModule.register({})],
  providers: [AccessRules, KeyRing, Passwords, RowRules, SigningKeys, Tokens, UserTokens],
  exports: [AccessRules, KeyRing, Passwords, RowRules, SigningKeys, Tokens, UserTokens],
})
export class SecurityModule {}
