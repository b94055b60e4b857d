/** Opens breaks: each with its entries and its event, in the caller's transaction. */
import type { ReconEntryType } from '../contracts/lists.ts'
import { reconMovement, SUSPENSE } from '../domain/recon-ledger.ts'
import type { Clock, Ids, OutboxWriter, Transaction } from '../payments/ports.ts'
import type { SettlementIds } from '../settlement/ports.ts'
import type { Breaks, ReconBreak, ReconEntry, ReconIds, ReconLedger } from './ports.ts'
import { breakOpenedEvent } from './recon-event.ts'

export interface OpenBreakPorts {
  breaks: Breaks
  reconLedger: ReconLedger
  outbox: OutboxWriter
  clock: Clock
  ids: Pick<Ids, 'event' | 'entry'> & Pick<SettlementIds, 'event'> & ReconIds
}

/** A movement on recon_suspense; `account` as in `reconMovement`. */
export interface SuspenseMovement {
  type: ReconEntryType
  signedMinor: number
  account?: string
}

/** What a caller says of a break; the rest follows from it. */
export type NewBreak = Pick<ReconBreak, 'subject' | 'class' | 'sourceId' | 'differences' | 'currency' | 'openedOn'> &
  Partial<Pick<ReconBreak, 'fileId' | 'lineNo' | 'expectationId' | 'payoutId' | 'batchRef'>> & {
    /** What it books; none: nothing. */
    movements: readonly SuspenseMovement[]
  }

/**
 * Returns them as they were written. `booked` is what the movements put on recon_suspense. Throws DuplicateKeyError (with a later
 * statement or the commit) when a subject has a break of the class.
 */
export async function openBreaks(
  ports: OpenBreakPorts,
  tx: Transaction,
  wanted: readonly NewBreak[],
): Promise<ReconBreak[]> {
  const opened = wanted.map(each => prepared(ports, each))
  if (opened.length === 0) return []
  const nowMs = ports.clock.nowMs()
  await ports.breaks.insert(
    tx,
    opened.map(({ made }) => made),
  )
  await ports.reconLedger.insertOfRecon(
    tx,
    opened.flatMap(({ entries }) => entries),
    nowMs,
  )
  for (const { made, eventId } of opened) await ports.outbox.insert(tx, breakOpenedEvent(eventId, made), nowMs)
  return opened.map(({ made }) => made)
}

function prepared({ ids, clock }: OpenBreakPorts, { movements, ...of }: NewBreak) {
  const eventId = ids.event()
  const breakId = ids.reconBreak()
  const occurredAtMs = clock.virtualNowMs()
  const entries = movements.flatMap(({ type, ...moved }) =>
    reconMovement(type, { ...moved, currency: of.currency }).map(
      (movement): ReconEntry => ({ ...movement, entryId: ids.entry(), subjectId: breakId, eventId, occurredAtMs }),
    ),
  )
  const bookedMinor = entries.reduce((sum, entry) => sum + onSuspense(entry), 0)
  const made: ReconBreak = {
    ...{ fileId: null, lineNo: null, expectationId: null, payoutId: null, batchRef: null, ...of },
    ...{ breakId, bookedMinor, remainingMinor: bookedMinor, openedAtMs: occurredAtMs, closedAtMs: null },
    ...{ state: 'OPEN', assignee: null, version: 0, eventCount: 1 },
  }
  return { made, entries, eventId }
}

const onSuspense = ({ debitAccount, creditAccount, amountMinor }: ReconEntry): number =>
  (debitAccount === SUSPENSE ? amountMinor : 0) - (creditAccount === SUSPENSE ? amountMinor : 0)
