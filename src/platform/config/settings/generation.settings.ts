import { Text } from '../setting.decorator.js';
import { PaymentSettings } from './payment.settings.js';

/** Models and what they cost. */
export class GenerationSettings extends PaymentSettings {
  @Text({ group: 'Generation', about: 'API key of Gemini.', secret: true, optional: true })
  readonly GENERATION_KEY?: string;

  @Text({ group: 'Generation', about: 'Model that answers when a request names none.' })
  readonly GENERATION_MODEL: string = 'models/gemini-2.5-flash';
}
