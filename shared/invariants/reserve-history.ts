/** The rows of one reserve that is held and of one invoice, as the invariants read them. */
import type { ItemRow } from './payment-history.ts'
import type { SubjectEntry } from './recon-history.ts'
import type { SubjectEvent } from './settlement-history.ts'

/** What stands under its own events. */
export interface StepsHistory {
  eventCount: number
  entries: SubjectEntry[]
  items: (ItemRow & { batchId: string | null })[]
  /** In the order of their sequence. */
  events: SubjectEvent[]
}

export interface HoldHistory extends StepsHistory {
  holdId: string
  merchantId: string
  currency: string
  batchId: string
  amount: number
  released: number
  used: number
  isOpen: boolean
}

export interface InvoiceHistory extends StepsHistory {
  invoiceId: string
  merchantId: string
  currency: string
  amount: number
  deducted: number
  collected: number
  lost: number
  remaining: number
  state: string
}

export const reserveOf = (merchantId: string): string => `merchant_reserve:${merchantId}`
export const receivableOf = (merchantId: string): string => `merchant_receivable:${merchantId}`
export const BAD_DEBT = 'bad_debt'
