export { AuthModule } from './auth.module.js';
export { AuthService, type Credentials, type NewAccount } from './auth.service.js';
export type { SignedIn } from './sessions/session.js';
export type { UserEvent } from './account-events.js';
export type { Account } from './account.js';
export { AccountDto } from './dto/account.dto.js';
export { SignedInDto, SignInDto } from './dto/sign-in.dto.js';
export { SignUpDto } from './dto/sign-up.dto.js';
