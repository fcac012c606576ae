/** What a catalogue of scripted faults says of each kind. */

export interface FaultParam {
  readonly what: string
  readonly fallback: string | number
}

/** `next` waits for messages or requests, `count` of them; `instant` happens at its moment; `lasting` holds for `for_ms`. */
export type FaultMode = 'next' | 'instant' | 'lasting'

export interface FaultSpec<Kind extends string = string> {
  readonly kind: Kind
  readonly what: string
  /** Rows of the invariants' fault table that it plays. */
  readonly rows: readonly string[]
  readonly mode: FaultMode
  readonly params: Readonly<Record<string, FaultParam>>
}

/** One line of a catalogue: parameters by name, each with what it is and its default. */
export type FaultLine<Kind extends string> = readonly [
  kind: Kind,
  mode: FaultMode,
  rows: string,
  what: string,
  params: FaultParams,
]
export type FaultParams = Readonly<Record<string, readonly [what: string, fallback: string | number]>>

export function faultSpecs<Kind extends string>(lines: readonly FaultLine<Kind>[]): readonly FaultSpec<Kind>[] {
  return lines.map(([kind, mode, rows, what, params]) => ({
    kind,
    mode,
    rows: rows.split(' '),
    what,
    params: Object.fromEntries(
      Object.entries(params).map(([name, [about, fallback]]) => [name, { what: about, fallback }]),
    ),
  }))
}
