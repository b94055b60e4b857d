/** Opens breaks: each with its entries and its event, in the caller's transaction. */
import type { ReconEntryType } from '../contracts/lists.ts'
import { type ReconMovement, reconMovement } from '../domain/recon-ledger.ts'
import type { Clock, Ids, OutboxWriter, Transaction } from '../payments/ports.ts'
import type { Breaks, ReconBreak, ReconIds, ReconLedger } from './ports.ts'
import { entriesUnder, movedOnSuspense } from './recon-entries.ts'
import { breakOpenedEvent } from './recon-event.ts'

export interface OpenBreakPorts {
  breaks: Breaks
  reconLedger: ReconLedger
  outbox: OutboxWriter
  clock: Clock
  ids: Pick<Ids, 'event' | 'entry'> & ReconIds
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
  const under = { subjectId: breakId, eventId, occurredAtMs }
  const entries = entriesUnder(ids, under, movementsIn(of.currency, movements))
  const bookedMinor = movedOnSuspense(entries)
  const made: ReconBreak = {
    ...{ fileId: null, lineNo: null, expectationId: null, payoutId: null, batchRef: null, ...of },
    ...{ breakId, bookedMinor, remainingMinor: bookedMinor, openedAtMs: occurredAtMs, closedAtMs: null },
    ...{ state: 'OPEN', assignee: null, version: 0, eventCount: 1 },
  }
  return { made, entries, eventId }
}

/** What the currency of a break makes of its movements; none of what is 0. */
export const movementsIn = (currency: string, movements: readonly SuspenseMovement[]): ReconMovement[] =>
  movements.flatMap(({ type, ...moved }) => reconMovement(type, { ...moved, currency }))
