/** No form in which a secret is usually written gets through (I-36), and nothing else is lost. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redactor } from '../../../src/config/redactor.ts'

const SECRET = 'PSk7"q+Z/2w\\u9&=éTr4bN8xVm1LcY0'

function redactor(...secrets: string[]): Redactor {
  const made = new Redactor()
  made.hide(...secrets)
  return made
}

/** True when no twelve characters on end of `form` are in `text`. */
function free(text: string, form: string): boolean {
  for (let i = 0; i + 12 <= form.length; i++) if (text.includes(form.slice(i, i + 12))) return false
  return true
}

describe('Redactor', () => {
  const r = redactor(SECRET)

  it.each([
    ['raw', SECRET],
    ['in JSON', JSON.stringify({ a: SECRET })],
    ['in JSON in JSON', JSON.stringify({ a: JSON.stringify({ b: SECRET }) })],
    ['in a URL', `https://h/p?x=1&key=${encodeURIComponent(SECRET)}&y=2`],
    ['in a form', new URLSearchParams({ key: SECRET }).toString()],
    ['in hexadecimal', Buffer.from(SECRET).toString('hex')],
    ['clipped', `…${SECRET.slice(3, 20)}…`],
    ['split over two fields', `a=${SECRET.slice(0, 15)} b=${SECRET.slice(15)}`],
  ])('%s', (_, text) => {
    const clean = r.clean(text)
    expect(clean).toContain('***')
    for (const form of [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('hex')]) {
      expect(free(clean, form), clean).toBe(true)
    }
  })

  it('in Base64 at any alignment, with any neighbours', () => {
    const property = fc.property(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (before, after) => {
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = Buffer.from(before + SECRET + after).toString(encoding)
        // What may be left of the secret's own bytes, read back, is less than a piece.
        const clean = r.clean(`x ${text} y`)
        expect(clean).toContain('***')
        for (const part of clean.split(/[\s*]+/))
          expect(free(Buffer.from(part, encoding).toString(), SECRET)).toBe(true)
      }
    })
    fc.assert(property, { seed: 11, numRuns: 200 })
  })

  it('of any kind, anywhere in a text', () => {
    const secret = fc.string({ minLength: 12, maxLength: 200 }).filter((s) => s.trim().length >= 12)
    const property = fc.property(secret, fc.string(), fc.string(), (s, before, after) => {
      const clean = redactor(s).clean(before + s + after)
      expect(clean.includes(s.trim()) && !(before + after).includes(s.trim())).toBe(false)
    })
    fc.assert(property, { seed: 5, numRuns: 300 })
  })

  it('short ones where they stand whole; very short ones are no secrets', () => {
    expect(redactor('hunter2').clean('user hunter2!')).toBe('user ***!')
    expect(redactor('abc', '').clean('abc is abc')).toBe('abc is abc')
  })

  it('leaves everything else as it is', () => {
    const text = 'an ordinary line: order 17 of 005930, 삼성전자, 71,200 KRW'
    expect(r.clean(text)).toBe(text)
    expect(new Redactor().clean(text)).toBe(text)
  })

  it('of a line also what stands behind the name of a credential', () => {
    const line = r.cleanLine('{"authorization":"Bearer abcdefgh12345678","appkey":"x\\"y","qty":5,"app_secret":"z z"}')
    expect(JSON.parse(line)).toEqual({ authorization: '***', appkey: '***', qty: 5, app_secret: '***' })
    expect(r.cleanLine('GET /?access_token=abc123&x=1')).toBe('GET /?access_token=***&x=1')
    expect(r.cleanLine('sent Basic dXNlcjpwYXNz now')).toBe('sent Basic *** now')
  })
})
