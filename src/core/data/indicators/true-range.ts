/** Wilder's true range: the bar's span, widened to the previous close; in price units. */

export function trueRange(high: number, low: number, previousClose: number): number {
  let range = high - low
  const up = Math.abs(high - previousClose)
  const down = Math.abs(low - previousClose)
  if (up > range) range = up
  if (down > range) range = down
  return range
}
