import type { Letter } from '../../../platform/mail/letter.js';

const minutes = (seconds: number) => `${Math.round(seconds / 60) || 1} minutes`;
const IGNORE = 'If you did not ask for this, you can ignore this mail: nothing happens without it.';

/** A link into the application, or the token itself where no application is named. */
interface Way {
  token: string;
  href?: string;
}

function way({ token, href }: Way, label: string): Pick<Letter, 'link' | 'code'> {
  return href === undefined ? { code: token } : { link: { label, href } };
}

export const codeLetter = (code: string, lifetime: number): Letter => ({
  subject: 'Your sign-in code',
  paragraphs: ['Type in this code to go on:', `It is good once, for ${minutes(lifetime)}.`, IGNORE],
  code,
});

export const magicLinkLetter = (link: Way, lifetime: number): Letter => ({
  subject: 'Your sign-in link',
  paragraphs: ['Follow this link to sign in.', `It is good once, for ${minutes(lifetime)}.`, IGNORE],
  ...way(link, 'Sign in'),
});

export const resetLetter = (link: Way, lifetime: number): Letter => ({
  subject: 'Choose a new password',
  paragraphs: [
    'Somebody, probably you, asked to choose a new password for your account.',
    `This is good once, for ${minutes(lifetime)}. A new password ends all sessions.`,
    IGNORE,
  ],
  ...way(link, 'Choose a new password'),
});

export const verifyLetter = (link: Way, lifetime: number): Letter => ({
  subject: 'Confirm your address',
  paragraphs: [
    'Please confirm that this address is yours.',
    `This is good once, for ${minutes(lifetime)}.`,
    IGNORE,
  ],
  ...way(link, 'Confirm the address'),
});

export const addressChangedLetter = (address: string): Letter => ({
  subject: 'Your address was changed',
  paragraphs: [
    `Mail for your account goes to ${address} from now on.`,
    'If this was not you, sign out everywhere and choose a new password at once.',
  ],
});

export const passwordRemovedLetter = (): Letter => ({
  subject: 'Your password was removed',
  paragraphs: [
    'You signed in by mail, and with that confirmed your address for the first time.',
    'Whoever made the account before may not have been you: its password no longer works. You can choose a new one at any time.',
  ],
});

export const passwordChangedLetter = (): Letter => ({
  subject: 'Your password was changed',
  paragraphs: [
    'The password of your account was changed, and all its sessions have ended.',
    'If this was not you, ask for a new password at once.',
  ],
});
