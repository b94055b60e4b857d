/** Disputes, the newest first. */
import type { Dispute } from '../../../shared/settlement/ports.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { DisputesAction } from './disputes-action.ts'

/** One more than are shown says that there are more. */
const ROWS_MAX = 200

export const list: DisputesAction = {
  changes: false,
  wordsMax: 0,
  flags: ['state', 'merchant', 'payment', 'json'],
  async run({ ports, flags: { state, merchant, payment, json } }) {
    const found = await ports.disputeReader.list({
      ...(state === undefined ? {} : { state }),
      ...(merchant === undefined ? {} : { merchantId: merchant }),
      ...(payment === undefined ? {} : { paymentId: payment }),
      limit: ROWS_MAX + 1,
    })
    writeJson(json, found.slice(0, ROWS_MAX))
    if (json !== true) for (const line of disputeLines(found)) console.log(printable(line))
    return 0
  },
}

export function disputeLines(found: readonly Dispute[]): string[] {
  if (found.length === 0) return ['There is no such dispute.']
  const rows = found
    .slice(0, ROWS_MAX)
    .map(({ disputeId, state, merchantId, paymentId, openedAtMs, currency, amountMinor, feeMinor }) => [
      ...[disputeId, state, merchantId, paymentId, new Date(openedAtMs).toISOString()],
      ...[currency, String(amountMinor), String(feeMinor)],
    ])
  const heads = ['dispute', 'state', 'merchant', 'payment', 'opened', 'currency', 'amount (minor units)', 'fee']
  const lines = tableLines([heads, ...rows], [6, 7])
  return found.length > ROWS_MAX ? [...lines, `… and more; these are the newest ${ROWS_MAX}`] : lines
}
