/**
 * ISIN (ISO 6166): two letters of country, nine letters or digits, one check digit. The check digit is Luhn's over the
 * code with each letter written as two digits (A = 10 … Z = 35).
 */

const SHAPE = /^[A-Z]{2}[A-Z0-9]{9}[0-9]$/

export function looksLikeIsin(text: string): boolean {
  return SHAPE.test(text)
}

/** The check digit that belongs to the first eleven characters. */
export function isinCheckDigit(body: string): number {
  const digits = Array.from(body, (c) => Number.parseInt(c, 36).toString()).join('')
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const counted = i % 2 === 0 ? digit * 2 : digit
    sum += counted > 9 ? counted - 9 : counted
  }
  return (10 - (sum % 10)) % 10
}

/** Why a text of an ISIN's shape is none; undefined when it is one. */
export function isinProblem(isin: string): string | undefined {
  const due = isinCheckDigit(isin.slice(0, 11))
  if (Number(isin[11]) === due) return undefined
  return `${isin}: its check digit would have to be ${due}; look the ISIN up again`
}
