/** One dispute: what was taken back, of what, and what can be done next. */
import type { Payment } from '../../../shared/domain/payment.ts'
import type { Dispute } from '../../../shared/settlement/ports.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { type DisputesAction, disputeIdIn } from './disputes-action.ts'

export const show: DisputesAction = {
  changes: false,
  wordsMin: 1,
  wordsMax: 1,
  flags: ['json'],
  async run({ ports, words, flags: { json } }) {
    const dispute = await ports.disputeReader.find(disputeIdIn(words[0]!))
    if (dispute === undefined) {
      console.error('There is no such dispute: `npm run disputes` lists them.')
      return 1
    }
    const found = await ports.reader.find(dispute.paymentId)
    const payment = found?.payment ?? null
    writeJson(json, { ...dispute, payment })
    if (json !== true) for (const line of showLines(dispute, payment)) console.log(printable(line))
    return 0
  },
}

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

export function showLines(dispute: Dispute, payment: Payment | null): string[] {
  const { disputeId, state, sourceId, merchantId, currency, amountMinor, feeMinor, externalRef } = dispute
  const closed = dispute.closedAtMs === null ? '' : `, closed ${timeOf(dispute.closedAtMs)}`
  return [
    `${disputeId}  ${state}, by ${sourceId}: ${amountMinor} ${currency} of ${merchantId} (minor units)`,
    `opened ${timeOf(dispute.openedAtMs)}${closed} (virtual time); it costs the merchant ${feeMinor}`,
    `capture ${externalRef}`,
    ...(payment === null ? [] : [paymentLine(payment)]),
    ...nextLines(dispute),
  ]
}

const paymentLine = ({ paymentId, status, capturedMinor, refundedMinor, disputedMinor }: Payment): string =>
  `payment ${paymentId}, ${status}: captured ${capturedMinor}, refunded ${refundedMinor}, disputed ${disputedMinor}`

function nextLines({ disputeId, state }: Dispute): string[] {
  if (state !== 'OPEN') return [`It is ${state}: nothing more can be done with it.`]
  return [
    'A line `chargeback_won` of the acquirer wins it. When nobody fights for it any longer:',
    `  npm run disputes -- lose ${disputeId} --reason TEXT`,
  ]
}
