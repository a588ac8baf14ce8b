import { Global, Module } from '@nestjs/common';
import { Audit } from './audit.service.js';

/** The trail of security events: see {@link Audit}. */
@Global()
@Module({ providers: [Audit], exports: [Audit] })
export class AuditModule {}
