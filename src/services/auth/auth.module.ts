import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { AccountRequests } from './account-requests.service.js';
import { AccountsRepository } from './accounts.repository.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';

/** Accounts: `/service/auth/v1`, and {@link AuthService} for applications. */
@Module({
  imports: [QueryModule],
  controllers: [AuthController],
  providers: [AuthService, AccountsRepository, AccountRequests],
  exports: [AuthService],
})
export class AuthModule {}
