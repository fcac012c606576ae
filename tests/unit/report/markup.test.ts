/** What a run's names could do to a page, and how figures are written. */
import { describe, expect, it } from 'vitest'
import { duration, exact, money, number, percent, signed } from '../../../src/report/format.ts'
import { escapeHtml, html, Markup, table } from '../../../src/report/markup.ts'

describe('html', () => {
  it('escapes every value that is no markup of ours, in text, attributes and lists', () => {
    const evil = `<script>alert('x')</script>"&`
    const page = html`<p title="${evil}">${evil}${[evil, html`<b>${evil}</b>`]}</p>${table([{ head: evil }], [[evil]])}`
      .text
    expect(page).not.toContain('<script')
    expect(page.match(/&lt;script&gt;alert\(&#39;x&#39;\)&lt;\/script&gt;&quot;&amp;/g)).toHaveLength(6)
  })

  it('shows characters that hide others', () => {
    expect(escapeHtml('a\u202eb\u0000c\u2066d')).toBe('a\ufffdb\ufffdc\ufffdd')
    expect(escapeHtml('삼성전자\n')).toBe('삼성전자\n')
  })

  it('leaves out what is not there', () => {
    expect(html`${undefined}${null}${0}${new Markup('<i>')}`.text).toBe('0<i>')
  })
})

describe('figures', () => {
  it.each([
    [number(1234567.891, 2), '1,234,567.89'],
    [number(-0.004, 2), '0.00'],
    [number(-1234), '−1,234'],
    [number(null), '–'],
    [number(Number.NaN), '–'],
    [money(1_500_000, 'USD'), '1.50'],
    [money(12_345_678, 'KRW'), '1,235'],
    [percent(-0.0123), '−1.23 %'],
    [signed(percent(0.01)), '+1.00 %'],
    [signed(percent(0)), '0.00 %'],
    [signed('−1'), '−1'],
    [exact(-1234567, 2), '−12,345.67'],
    [exact(100, 2), '1'],
    [duration(90_000_000), '2 min'],
    [duration(2_500_000), '2.5 s'],
    [duration(93_600_000_000), '1 d 2 h'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected)
  })
})
