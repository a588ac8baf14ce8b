import { StripeFault } from './state.ts';

/** Test cards of Stripe's that decline, by number and by payment method, with the issuer's reason. */
const DECLINES: Record<string, string> = {
  '4000000000000002': 'generic_decline',
  '4000000000009995': 'insufficient_funds',
  pm_card_chargeDeclined: 'generic_decline',
  pm_card_chargeDeclinedInsufficientFunds: 'insufficient_funds',
};

/** Why a card is declined; `undefined` for one that pays. */
export function declineOf(card: string): Record<string, unknown> | undefined {
  const reason = DECLINES[card.replaceAll(' ', '')];
  if (reason === undefined) return undefined;
  return {
    type: 'card_error',
    code: 'card_declined',
    decline_code: reason,
    message:
      reason === 'insufficient_funds' ? 'Your card has insufficient funds.' : 'Your card was declined.',
  };
}

export const cardFault = (error: Record<string, unknown>) => new StripeFault(402, error);
