import { Controller, Get, Post, type Type } from '@nestjs/common';
import { contextOf, createSecurityModule } from '../../../test/support/security-module.js';
import { Access, Public } from './access.decorator.js';
import { AccessRules } from './access-rules.service.js';

@Controller('declared')
@Access({ user: 'required' })
class Declared {
  @Get()
  inherited() {}

  @Get('open')
  @Public('A test')
  overridden() {}
}

@Controller('forgotten')
class Forgotten {
  @Get()
  @Access()
  fine() {}

  @Get('one')
  one() {}

  @Post('two')
  two() {}

  notAHandler() {}
}

@Controller('half')
class HalfInherited extends Forgotten {
  @Get('three')
  @Access()
  three() {}
}

const boot = async (...controllers: Type[]) => {
  const module = await createSecurityModule({ controllers });
  await module.init();
  return module;
};

describe('AccessRules', () => {
  it('prefers the rule of a handler to that of its controller', async () => {
    const rules = (await boot(Declared)).get(AccessRules);
    expect(rules.of(contextOf(Declared, 'inherited').context)).toMatchObject({ user: 'required' });
    expect(rules.of(contextOf(Declared, 'overridden').context)).toMatchObject({ kind: 'public' });
  });

  it('does not boot with undeclared handlers, and names all of them', async () => {
    await expect(boot(Declared, Forgotten)).rejects.toThrow(
      'Forgotten.one, Forgotten.two. Everything is denied',
    );
  });

  it('does not boot with undeclared handlers that a controller inherits', async () => {
    await expect(boot(HalfInherited)).rejects.toThrow(/HalfInherited\.one.*HalfInherited\.two/);
  });

  it('denies a handler without a rule even if it were reached', async () => {
    const rules = (await createSecurityModule()).get(AccessRules);
    expect(() => rules.of(contextOf(Forgotten, 'one').context)).toThrow('Forgotten.one declares no access');
  });
});
