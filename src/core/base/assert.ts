/** Assertions that stay on in every mode: a broken invariant stops the run instead of trading on. */

export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new InvariantError(what)
}

/** The end of an exhaustive switch: a new member of a union fails to compile here. */
export function unreachable(x: never): never {
  throw new InvariantError(`unreachable: ${String(x)}`)
}

/** Returns an integer unchanged, throws when it has left the range in which doubles are exact. */
export function safe(x: number, what: string): number {
  if (!Number.isSafeInteger(x)) throw new InvariantError(`${what}: ${x} is not a safe integer`)
  return x
}
