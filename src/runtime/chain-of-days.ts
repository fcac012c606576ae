/** Parts of sessions as a chain: does each open with what the one before it ended with, and is that one here? */

export interface Link {
  /** Directory of the session: parts of different ones are no chain. */
  readonly session: string
  readonly part: string
  readonly digest: string
  /** Absent for the first part of a session. */
  readonly after: { readonly part: string; readonly digest: string } | undefined
}

export interface Gap {
  readonly part: string
  readonly after: string
  /** `which is missing`, or what is wrong with it. */
  readonly why: string
}

export function checkChain(links: readonly Link[]): Gap[] {
  return links.flatMap(({ session, part, after }) => {
    if (after === undefined) return []
    const before = links.find((l) => l.session === session && l.part === after.part)
    if (before === undefined) return [{ part, after: after.part, why: 'which is missing' }]
    if (before.digest === after.digest) return []
    return [{ part, after: after.part, why: `which has another digest (${before.digest}, not ${after.digest})` }]
  })
}
