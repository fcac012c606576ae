/** Every order of the emulator, in order of entry, and which of them belong together. */
import { type IbOrder, isOver } from './order.ts'

export class OrderIndex {
  readonly all: IbOrder[] = []

  working(): IbOrder[] {
    return this.all.filter((o) => !isOver(o))
  }

  /** By the number of the client who made it; the latest counts. */
  find(clientId: number, orderId: number): IbOrder | undefined {
    return this.all.findLast((o) => o.clientId === clientId && o.orderId === orderId)
  }

  /** The one that a cancellation takes: of two under one number the latest that still works. */
  findToCancel(clientId: number, orderId: number): IbOrder | undefined {
    const live = this.all.findLast((o) => o.clientId === clientId && o.orderId === orderId && !isOver(o))
    return live ?? this.find(clientId, orderId)
  }

  childrenOf(parent: IbOrder): IbOrder[] {
    return this.all.filter(
      (o) => o.clientId === parent.clientId && o.terms.parentId === parent.orderId && o.terms.parentId !== 0,
    )
  }

  parentOf(order: IbOrder): IbOrder | undefined {
    const { parentId } = order.terms
    return parentId === 0 ? undefined : this.find(order.clientId, parentId)
  }

  /** Working orders that shrink or end when this one fills; children of one parent are such a group by themselves. */
  rivalsOf(order: IbOrder): IbOrder[] {
    const { ocaGroup, parentId } = order.terms
    return this.all.filter(
      (o) =>
        o !== order &&
        !isOver(o) &&
        o.account === order.account &&
        ((ocaGroup !== '' && o.terms.ocaGroup === ocaGroup) ||
          (parentId !== 0 && o.clientId === order.clientId && o.terms.parentId === parentId)),
    )
  }
}
