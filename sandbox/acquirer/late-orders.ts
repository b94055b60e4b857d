/** Orders that are on their way: they arrive only after somebody has asked about them. Kept in memory, lost with the process. */
import { isDeepStrictEqual } from 'node:util'
import type { AcquirerOrderBody } from '../../shared/contracts/acquirer.ts'

/** The oldest is forgotten when there are more. */
const KEPT_MAX = 10_000

interface LateOrder {
  order: AcquirerOrderBody
  arrival?: NodeJS.Timeout
}

export class LateOrders {
  readonly #kept = new Map<string, LateOrder>()
  readonly #lateMs: number
  readonly #arrive: (operationId: string, order: AcquirerOrderBody) => void

  /** `arrive` is called `lateMs` after the first question about an order. */
  constructor(lateMs: number, arrive: (operationId: string, order: AcquirerOrderBody) => void) {
    this.#lateMs = lateMs
    this.#arrive = arrive
  }

  /** False when another order is kept under this id. */
  keep(operationId: string, order: AcquirerOrderBody): boolean {
    const kept = this.#kept.get(operationId)
    if (kept !== undefined) return isDeepStrictEqual(kept.order, order)
    if (this.#kept.size >= KEPT_MAX) this.#forget(this.#kept.keys().next().value!)
    this.#kept.set(operationId, { order })
    return true
  }

  /** Somebody asks about an operation that is not in the journal. */
  askedFor(operationId: string): void {
    const kept = this.#kept.get(operationId)
    if (kept === undefined || kept.arrival !== undefined) return
    kept.arrival = setTimeout(() => {
      this.#kept.delete(operationId)
      this.#arrive(operationId, kept.order)
    }, this.#lateMs)
  }

  /** They never arrive. */
  forgetAll(): void {
    for (const operationId of this.#kept.keys()) this.#forget(operationId)
  }

  #forget(operationId: string): void {
    clearTimeout(this.#kept.get(operationId)?.arrival)
    this.#kept.delete(operationId)
  }
}
