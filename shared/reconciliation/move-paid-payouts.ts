/** What a statement makes of payouts, each with its event and its entry. The payouts and their batches must be locked. */
import { reconMovement } from '../domain/recon-ledger.ts'
import { merchantPayable } from '../domain/settlement-ledger.ts'
import type { Clock, Ids, OutboxEvent, OutboxWriter, Transaction } from '../payments/ports.ts'
import type { Payout, Payouts } from '../settlement/ports.ts'
import { payoutToldEvent } from '../settlement/settlement-event.ts'
import type { BankPayouts, ReconEntry, ReconLedger } from './ports.ts'
import { entriesUnder } from './recon-entries.ts'

export interface PayoutMovePorts {
  payouts: Pick<Payouts, 'change'>
  bankPayouts: Pick<BankPayouts, 'markBatchesPaid'>
  reconLedger: ReconLedger
  outbox: OutboxWriter
  clock: Clock
  ids: Pick<Ids, 'event' | 'entry'>
}

/** A payout as it was, and what says that its money moved. */
export interface PayoutMove {
  payout: Payout
  /** What the bank calls the movement. */
  bankRef: string
  bookedOn: string
  /** Positive. */
  movedMinor: number
  /** The account of the statement: `cash` or `cash_safeguarded`. Undefined: somebody else books what moved. */
  account: string | undefined
}

/** SENT, CONFIRMED → PAID, with their batches. */
export async function writePaid(ports: PayoutMovePorts, tx: Transaction, moves: readonly PayoutMove[]): Promise<void> {
  await ports.bankPayouts.markBatchesPaid(
    tx,
    moves.map(({ payout }) => payout.batchId),
  )
  await write(ports, tx, moves, 'PAID')
}

/** PAID → RETURNED. Returns the event of each, in their order. */
export const writeReturned = (ports: PayoutMovePorts, tx: Transaction, moves: readonly PayoutMove[]) =>
  write(ports, tx, moves, 'RETURNED')

type Becomes = 'PAID' | 'RETURNED'

/** Statements of one form stand together, so that each form is one statement. */
async function write(
  ports: PayoutMovePorts,
  tx: Transaction,
  moves: readonly PayoutMove[],
  state: Becomes,
): Promise<string[]> {
  const written = moves.map(move => prepared(ports, move, state))
  await change(ports, tx, moves, state)
  await ports.reconLedger.insertOfRecon(
    tx,
    written.flatMap(({ entries }) => entries),
    ports.clock.nowMs(),
  )
  for (const { event } of written) await ports.outbox.insert(tx, event, ports.clock.nowMs())
  return written.map(({ event }) => event.eventId)
}

async function change(ports: PayoutMovePorts, tx: Transaction, moves: readonly PayoutMove[], state: Becomes) {
  const step = { state, updatedAtMs: ports.clock.virtualNowMs(), isTold: true } as const
  const isNews = ({ payout, bankRef }: PayoutMove) => state === 'PAID' && payout.bankRef !== bankRef
  // The bank's answer has told most references before: these payouts change together.
  const together = moves.filter(move => !isNews(move)).map(({ payout }) => payout.payoutId)
  if (together.length > 0) await ports.payouts.change(tx, together, step)
  for (const { payout, bankRef } of moves.filter(isNews))
    await ports.payouts.change(tx, [payout.payoutId], { ...step, bankRef })
}

function prepared(
  { ids, clock }: PayoutMovePorts,
  { payout, bankRef, bookedOn, movedMinor, account }: PayoutMove,
  state: Becomes,
): { event: OutboxEvent; entries: ReconEntry[] } {
  const eventId = ids.event()
  const eventType = state === 'PAID' ? 'payout.paid' : 'payout.returned'
  const updatedAtMs = clock.virtualNowMs()
  const moved: Payout = { ...payout, state, bankRef, eventCount: payout.eventCount + 1, updatedAtMs }
  const event = payoutToldEvent(eventId, moved, { eventType, bankRef, bookedOn, moved: movedMinor })
  const under = { subjectId: payout.payoutId, eventId, occurredAtMs: updatedAtMs }
  return { event, entries: entriesUnder(ids, under, movementsOf(payout, movedMinor, account, state)) }
}

function movementsOf(payout: Payout, signedMinor: number, account: string | undefined, state: Becomes) {
  const { currency } = payout
  if (account === undefined) return []
  if (state === 'PAID') return reconMovement('payout_paid', { signedMinor, currency, account })
  return reconMovement('payout_returned', {
    signedMinor,
    currency,
    account: merchantPayable(payout.merchantId),
    cash: account,
  })
}
