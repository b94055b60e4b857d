/** Transfers between our own accounts at the bank, over its protocol. */

import type { OwnTransfer, OwnTransfers, TransferVerdict } from '../books/ports.ts'
import { bankBooking } from '../contracts/bank.ts'
import type { Requests } from './http-bank.ts'

const DETAIL_CHARACTERS_MAX = 200

export class HttpTransfers implements OwnTransfers {
  readonly #requests: Requests
  readonly #timeoutMs: number

  constructor({ requests, timeoutMs }: { requests: Requests; timeoutMs: number }) {
    this.#requests = requests
    this.#timeoutMs = timeoutMs
  }

  async transfer({ reference, from, to, amountMinor, currency }: OwnTransfer): Promise<TransferVerdict> {
    const body = JSON.stringify({ from, to, amount: amountMinor, currency })
    try {
      const request = { method: 'PUT', path: `/transfers/${encodeURIComponent(reference)}`, body } as const
      const { statusCode, text } = await this.#requests.send(request, this.#timeoutMs)
      if (statusCode === 200) return madeIn(reference, text)
      const detail = `${statusCode} ${text.slice(0, DETAIL_CHARACTERS_MAX)}`
      return statusCode >= 400 && statusCode < 500 ? { kind: 'refused', detail } : { kind: 'unknown', detail }
    } catch (error) {
      return { kind: 'unknown', detail: error instanceof Error ? error.message : String(error) }
    }
  }
}

/** Throws when this is no answer about the transfer. */
function madeIn(reference: string, text: string): TransferVerdict {
  const booking = bankBooking.parse(JSON.parse(text))
  return booking.reference === reference
    ? { kind: 'made' }
    : { kind: 'unknown', detail: `an answer about ${booking.reference}` }
}

/** Where there is no bank. */
export const noTransfers: OwnTransfers = {
  transfer: async () => ({ kind: 'refused', detail: 'there is no bank: BANK_URL is none' }),
}
