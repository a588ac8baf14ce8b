import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { ProjectsModule } from '../tenancy/projects.module.js';
import { AccessRules } from './access-rules.service.js';
import { Csrf } from './csrf.service.js';
import { KeyRing } from './key-ring.service.js';
import { KeyOrigins } from './keys/key-origins.service.js';
import { KeyText } from './keys/key-text.service.js';
import { KeyUse } from './keys/key-use.service.js';
import { Passwords } from './passwords.service.js';
import { Revocations } from './revocations.service.js';
import { SealedBox } from './sealed-box.service.js';
import { SigningKeys } from './signing-keys.service.js';
import { StartWarnings } from './start-warnings.service.js';
import { Tokens } from './tokens.service.js';
import { UserTokens } from './user-tokens.service.js';

/** Access rules of handlers, keys, tokens and passwords, for every module. */
@Global()
@Module({
  imports: [DiscoveryModule, JwtModule.register({}), ProjectsModule],
  providers: [
    AccessRules,
    Csrf,
    KeyOrigins,
    KeyRing,
    KeyText,
    KeyUse,
    Passwords,
    Revocations,
    SealedBox,
    SigningKeys,
    StartWarnings,
    Tokens,
    UserTokens,
  ],
  exports: [
    AccessRules,
    Csrf,
    KeyOrigins,
    KeyRing,
    KeyText,
    Passwords,
    Revocations,
    SealedBox,
    SigningKeys,
    Tokens,
    UserTokens,
  ],
})
export class SecurityModule {}
