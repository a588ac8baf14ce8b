import type { RenderedLetter } from '../letter.js';

/** A mail on its way. */
export interface OutgoingMail extends RenderedLetter {
  /** Unique; part of the Message-ID, so that a repeat can be recognized. */
  id: string;
  to: string;
  /** Id of the request that caused it. */
  request?: string;
}

/** Hands mail over to whoever carries it. */
export interface MailTransport {
  /** Resolves when the mail is taken. */
  send(mail: OutgoingMail): Promise<void>;
  /** Resolves when mail would be taken now. */
  check(): Promise<void>;
  close(): void;
}

/** Injection token of the transport that the settings choose. */
export const MAIL_TRANSPORT = Symbol('mail-transport');
