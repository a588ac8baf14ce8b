import { renderLetter } from './letter.js';

describe('renderLetter', () => {
  const letter = {
    subject: 'Your code',
    paragraphs: ['Type this in.', 'It is good for 10 minutes.'],
    code: '123456',
    link: { label: 'Sign in', href: 'https://app.example.com/?a=1&token=x"y' },
  };

  it('says the same as text and as HTML, and signs with the name', () => {
    const { subject, text, html } = renderLetter(letter, 'Moon & Co');
    expect(subject).toBe('Your code');
    for (const part of [...letter.paragraphs, letter.code]) {
      expect(text).toContain(part);
      expect(html).toContain(part);
    }
    expect(text).toContain(letter.link.href);
    expect(text.trimEnd().endsWith('-- \nMoon & Co')).toBe(true);
    expect(html).toContain('Moon &amp; Co');
  });

  it('lets nothing become markup', () => {
    const evil = '<script>alert("x")</script>';
    const { html } = renderLetter({ ...letter, subject: evil, paragraphs: [evil], code: evil }, evil);
    expect(html).not.toContain('<script');
    expect(html).toContain('href="https://app.example.com/?a=1&amp;token=x&quot;y"');
  });
});
