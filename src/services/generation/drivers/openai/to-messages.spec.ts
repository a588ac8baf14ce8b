import { toMessages } from './to-messages.js';

const call = (name: string, id?: string) => ({
  functionCall: { name, args: { a: 1 }, ...(id ? { id } : {}) },
});
const answer = (name: string, id?: string) => ({
  functionResponse: { name, response: { ok: true }, ...(id ? { id } : {}) },
});

describe('toMessages', () => {
  it('tells user, model and system apart', () => {
    const contents = [
      { parts: [{ text: 'Hello' }] },
      { role: 'model', parts: [{ text: 'thinking', thought: true }, { text: 'Good ' }, { text: 'day.' }] },
    ];
    expect(toMessages(contents, { parts: [{ text: 'Be kind.' }] })).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Good day.' },
    ]);
  });

  it('keeps the ids of calls, and makes up the same ones again where there are none', () => {
    const contents = [
      { role: 'model', parts: [call('f'), call('g', 'mine'), call('f')] },
      { role: 'user', parts: [answer('f'), answer('g', 'mine'), answer('f'), { text: 'and?' }] },
    ];
    const messages = toMessages(contents);
    expect(messages).toMatchObject([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_0_0' }, { id: 'mine' }, { id: 'call_0_2' }],
      },
      { role: 'tool', tool_call_id: 'call_0_0', content: '{"ok":true}' },
      { role: 'tool', tool_call_id: 'mine' },
      { role: 'tool', tool_call_id: 'call_0_2' },
      { role: 'user', content: 'and?' },
    ]);
    expect(toMessages(contents)).toEqual(messages);
  });

  it.each([
    ['image/png', { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } }],
    ['audio/mpeg', { type: 'input_audio', input_audio: { data: 'aGk=', format: 'mp3' } }],
    ['text/csv', { type: 'text', text: 'hi' }],
    [
      'application/pdf',
      { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,aGk=' } },
    ],
  ])('carries %s', (mimeType, part) => {
    const contents = [{ role: 'user', parts: [{ inlineData: { mimeType, data: 'aGk=' } }] }];
    expect(toMessages(contents)).toEqual([{ role: 'user', content: [part] }]);
  });

  it('carries pictures by their address, and refuses what it cannot carry', () => {
    const file = (fileUri: string, mimeType: string) => [{ parts: [{ fileData: { fileUri, mimeType } }] }];
    expect(toMessages(file('https://example.com/a.png', 'image/png'))).toMatchObject([
      { content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] },
    ]);
    expect(() => toMessages(file('gs://bucket/a.png', 'image/png'))).toThrow('OpenAI-compatible');
    expect(() => toMessages([{ parts: [{ inlineData: { mimeType: 'video/mp4', data: '' } }] }])).toThrow(
      'video/mp4',
    );
  });
});
