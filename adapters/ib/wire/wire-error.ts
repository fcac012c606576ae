/** What is wrong with bytes or fields that came over the socket; never thrown for anything else. */

export type WireFault = 'hello' | 'oversize' | 'underrun' | 'number' | 'text' | 'unknown-message'

export class WireError extends Error {
  override readonly name = 'WireError'
  readonly fault: WireFault
  /** Name of the field, where one is to blame. */
  readonly field: string

  constructor(fault: WireFault, message: string, field = '') {
    super(message)
    this.fault = fault
    this.field = field
  }
}
