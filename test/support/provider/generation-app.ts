import { GeminiStandIn } from '../gemini/gemini-stand-in.ts';
import { OpenAiStandIn } from '../openai/openai-stand-in.ts';
import { TestApp, type TestAppOptions } from '../test-app.js';

/** Path of the service. */
export const GENERATION = '/service/generation/v1';

/** The application with a stand-in for each provider. */
export class GenerationApp {
  private constructor(
    readonly app: TestApp,
    readonly gemini: GeminiStandIn,
    readonly openai: OpenAiStandIn,
  ) {}

  static async start({ env, ...options }: TestAppOptions = {}): Promise<GenerationApp> {
    const [gemini, openai] = await Promise.all([GeminiStandIn.start(), OpenAiStandIn.start()]);
    try {
      const app = await TestApp.start({
        ...options,
        env: {
          GENERATION_KEY: 'server-gemini-key',
          GENERATION_BASE_URL: gemini.url,
          OPENAI_API_KEY: 'sk-server-openai-key',
          OPENAI_BASE_URL: openai.baseUrl,
          ...env,
        },
      });
      return new GenerationApp(app, gemini, openai);
    } catch (error) {
      await Promise.all([gemini.stop(), openai.stop()]);
      throw error;
    }
  }

  /** The stand-ins as after the start. */
  forget(): void {
    this.gemini.forget();
    this.openai.forget();
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await Promise.all([this.gemini.stop(), this.openai.stop()]);
  }
}

/** A message of the user. */
export const ask = (text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }] });
