/**
 * One cell of the crash matrix of reconciliation: a merchant sells with everything that the acquirer settles wrongly, a step of one day
 * is disturbed, and others go on until the files of six business days are matched.
 */
import { approveFile } from '../../../shared/settlement/decide-file.ts'
import { kafkaEvent } from '../../unit/lambda-events.ts'
import { expectMutation } from '../contract.ts'
import { authorizeBody, newKey, newMerchant } from '../payments.ts'
import { type ReconTallies, reconTallies, since } from './recon-tallies.ts'
import { type EventRow, recordOf, type SettlementPlace, toNextBusinessDay } from './settlement-cell.ts'

export const reconSteps = ['importFiles', 'matchFiles', 'ageBreaks'] as const
export type ReconStep = (typeof reconSteps)[number]

export interface ReconDisturbance {
  step: ReconStep
  /** Of which day, counted from 1: the first has the acquirer's file, the third the statement with what it paid. */
  day: number
  /** Does the step with `act`, and says whether anything happened to it. */
  disturb(act: () => Promise<void>): Promise<boolean>
  /** How many do it at once afterwards. */
  runners: number
}

export interface ReconCellResult {
  isDisturbed: boolean
  /** What this cell has added. */
  tallies: ReconTallies
}

/** Until what is missing is seen to be: two business days to the payment, two more, and the one after. */
export const DAYS = 6

/** Not what comes with the next day's file: before a weekend that is paid on the same day, so that cells would differ. */
const methods = ['tok_approve', 'tok_settle_short', 'tok_settle_twice', 'tok_settle_wrong_fee', 'tok_settle_missing']

export async function reconcile(place: SettlementPlace, disturbance?: ReconDisturbance): Promise<ReconCellResult> {
  const before = await reconTallies(place.system.database)
  await sell(place)
  let isDisturbed = false
  for (let day = 1; day <= DAYS; day++) {
    await toNextBusinessDay(place)
    await payOut(place)
    for (const step of reconSteps) {
      const act = () => place.system.invoke(step)
      const isThis = disturbance?.step === step && disturbance.day === day
      if (isThis) isDisturbed = await disturbance.disturb(act)
      if (!isThis || isDisturbed) await Promise.all(Array.from({ length: isThis ? disturbance.runners : 1 }, act))
    }
  }
  return { isDisturbed, tallies: since(before, await reconTallies(place.system.database)) }
}

async function sell({ system }: SettlementPlace): Promise<void> {
  const merchantId = newMerchant('recon')
  const sale = async (paymentMethod: string, amount: number): Promise<string> =>
    expectMutation(await system.api.authorize(authorizeBody({ merchantId, amount, capture: true, paymentMethod })), 201)
      .paymentId
  for (const [place, method] of methods.entries()) await sale(method, 100_000 + place * 1_000)
  const refunded = await sale('tok_approve', 50_000)
  expectMutation(await system.api.refund(refunded, { amount: 20_000 }, { 'idempotency-key': newKey() }), 200)
  const rows = await system.database.rows<EventRow>(
    `SELECT event_id, topic, message_key, payload FROM outbox_event WHERE topic IN ('payment.captured', 'payment.refunded')
       AND message_key IN (SELECT payment_id FROM payment WHERE merchant_id = ?) ORDER BY id`,
    [merchantId],
  )
  const events = kafkaEvent(rows.map(recordOf))
  await system.invoke('recordLedger', events)
  await system.invoke('expectSettlement', events)
}

async function payOut({ system, ports, approver: actor }: SettlementPlace): Promise<void> {
  await system.invoke('closeBatches')
  await system.invoke('createPayouts')
  const files = await system.database.rows<{ file_id: string }>(
    `SELECT file_id FROM payout_file WHERE state = 'PREPARED'`,
  )
  for (const { file_id: fileId } of files)
    await approveFile(ports.forSettlement, fileId, { actor, reason: 'what is due' })
  await system.invoke('sendPayoutFiles')
  await system.invoke('inquirePayouts')
}
