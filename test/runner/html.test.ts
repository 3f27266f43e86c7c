import { describe, expect, test } from 'vitest';
import { code, folded, html, preformatted, prose } from '../../src/runner/html.ts';

test('each value is escaped, whatever it is put into', () => {
  const hostile = '<b> `x` [y](z) & "q" | ~ * ! \\';
  for (const { markup } of [
    html`${hostile}`,
    code(hostile),
    folded(html`${hostile}`, html``),
    preformatted([hostile]),
  ])
    expect(markup.replaceAll(/<\/?(code|details|summary|pre)>/g, '')).not.toMatch(/[<>`[\]|~*!\\"]/);
});

test('a blank line stays inside of what is preformatted', () => {
  expect(preformatted(['a', '', 'b']).markup).toBe('<pre>a&#10;&#10;b</pre>');
});

test('what is not seen as itself is spelled out', () => {
  expect(html`${'php\u200bartisan\u00a0a\n\nb'}`.markup).toBe('php&#92;u200bartisan&#92;u00a0a&#92;n&#92;nb');
});

describe('a message as prose', () => {
  test('has an input with its value as one', () => {
    expect(
      prose('To allow that, set if-missing: ignore. See (prune: true), and config-json: is not JSON.').markup,
    ).toBe(
      'To allow that, set <code>if-missing: ignore</code>. See (<code>prune: true</code>), and <code>config-json</code>: is not JSON.',
    );
    expect(prose(`Pass it as token: \${{ secrets.TOKEN }}.`).markup).toBe(
      `Pass it as <code>token: \${{ secrets.TOKEN }}</code>.`,
    );
  });

  test('has the input that a problem is about, and one that is to be set, as code, and no word before another colon', () => {
    expect(prose('organization: is needed. Set environment: main, or check command and queue.').markup).toBe(
      '<code>organization</code>: is needed. Set <code>environment: main</code>, or check <code>command</code> and <code>queue</code>.',
    );
    expect(prose('Not shown in the pull request: create worker. Set max-deletes: 6.').markup).toBe(
      'Not shown in the pull request: create worker. Set <code>max-deletes: 6</code>.',
    );
  });

  test('has YAML and JSON in braces as one', () => {
    expect(
      prose(`Give the job permissions: { pull-requests: read }, or write '{"queue": "high"}' for it.`).markup,
    ).toBe(
      'Give the job <code>permissions: { pull-requests: read }</code>, or write <code>&#39;{&#34;queue&#34;: &#34;high&#34;}&#39;</code> for it.',
    );
    expect(prose('Write {"queue": "high"}.').markup).toBe(
      'Write <code>{&#34;queue&#34;: &#34;high&#34;}</code>.',
    );
    expect(prose('It needs instances: { App: [{ type: worker }] }').markup).toBe(
      'It needs <code>instances: { App: &#91;{ type: worker }&#93; }</code>',
    );
  });

  test('has what stands in quotation marks as code, with its own quotation marks', () => {
    const command = String.raw`sh -c "echo \\ \"a\""`;
    expect(prose(`The command ${JSON.stringify(command)} ends`).markup).toBe(
      `The command ${code(command).markup} ends`,
    );
  });

  test('has what stands in quotation marks as code, and words as words', () => {
    expect(prose('The worker on "high,default" isn’t there: 2 → 3 (see 2026-11-28, 13:16).').markup).toBe(
      'The worker on <code>high,default</code> isn’t there: 2 → 3 (see 2026-11-28, 13:16).',
    );
  });

  test.each([
    ['@octocat', '<code>@octocat</code>'],
    ['(#12).', '(<code>#12</code>).'],
    ['acme/shop#1', '<code>acme/shop#1</code>'],
    ['GH-12,', '<code>GH-12</code>,'],
    ['https://evil.example', '<code>https://evil.example</code>'],
    ['www.evil.example', '<code>www.evil.example</code>'],
    ['deadbeef', '<code>deadbeef</code>'],
    ['<b>', '<code>&#60;b&#62;</code>'],
    ['"a @team', '<code>&#34;</code>a <code>@team</code>'],
    ['a\u200bb', '<code>a&#92;u200bb</code>'],
  ])('lets no mention, reference or link come alive: %s', (text, markup) => {
    expect(prose(text).markup).toBe(markup);
  });
});

test('a commit stays text with a suffix, too', () => {
  expect(prose('deadbeef’s (deadbee(s)) decade’s').markup).toBe(
    '<code>deadbeef’s</code> (<code>deadbee(s)</code>) decade’s',
  );
});

test.each(['a: ', '{ ', '"\\"', 'set token, ', ')'])(
  'a megabyte of %s is prose at once, cut at its end',
  (text) => {
    expect(prose(text.repeat(1_000_000 / text.length)).markup.length).toBeLessThan(200_000);
  },
);
