/** What a gateway says at the beginning of a session: whose accounts it serves, and the lowest order id it takes. */
import { environmentOf, hideAccount, type IbSettings } from './settings.ts'

export class Login {
  #accounts: readonly string[] | undefined
  #nextId: number | undefined

  reset(): void {
    this.#accounts = this.#nextId = undefined
  }

  /** A comma list that may end in a comma; returns the accounts in it. */
  takeAccounts(list: string): readonly string[] {
    const accounts = list.split(',').filter((a) => a !== '')
    this.#accounts = accounts
    return accounts
  }

  takeNextId(id: number): void {
    if (Number.isSafeInteger(id)) this.#nextId = Math.max(id, this.#nextId ?? 0)
  }

  /** Both came, in whichever order. */
  get complete(): boolean {
    return this.#accounts !== undefined && this.#nextId !== undefined
  }

  get nextId(): number {
    return this.#nextId ?? 1
  }

  /** Why these are not the accounts we want (I-37, F-79); undefined when they are. */
  refusal({ account, env }: IbSettings): string | undefined {
    if (this.#accounts?.includes(account) !== true) {
      const seen = (this.#accounts ?? []).map(hideAccount).join(', ')
      return `account: the gateway is logged in to ${seen}, not to ${hideAccount(account)}`
    }
    return environmentOf(account) === env ? undefined : `account: ${hideAccount(account)} is no ${env} account`
  }

  /** What is still missing when time is up. */
  get missing(): string {
    if (this.#accounts === undefined && this.#nextId === undefined) return 'no login within 10 s'
    return this.#accounts === undefined ? 'no list of accounts within 10 s' : 'not up within 10 s'
  }
}
