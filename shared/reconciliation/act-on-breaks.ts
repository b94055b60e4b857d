/** Writes an action on a break: its row, its entries and its event, and what becomes of the break. The caller has locked the break. */
import type { BreakAction } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import { movementsIn, type OpenBreakPorts, type SuspenseMovement } from './open-breaks.ts'
import type { ReconBreak, ReconBreakAction } from './ports.ts'
import { entriesUnder, movedOnSuspense } from './recon-entries.ts'
import { breakResolvedEvent } from './recon-event.ts'

export type ActPorts = OpenBreakPorts

/** Who acts when no person does. */
export const SYSTEM = 'system'

export interface BreakStep {
  actor: string
  action: BreakAction
  reason: string
  account?: string
  target?: string
  amountMinor?: number
  /** What it books on recon_suspense; none: nothing. */
  movements?: readonly SuspenseMovement[]
  /** What becomes of the break when nothing remains of it. Undefined: its state stays, whatever remains. */
  closesAs?: 'RESOLVED' | 'WRITTEN_OFF'
  /** The state it has when it does not close. Undefined: as before. */
  state?: 'ASSIGNED' | 'PROPOSED'
  /** Undefined: as before. */
  assignee?: string | null
  /** Of the step, when the caller writes more under it. Undefined: a new one. */
  eventId?: string
  /** The event of another break, whose step books this one's entries, too. Undefined: its own. */
  bookedUnder?: string
}

export interface Acted {
  changed: ReconBreak
  action: ReconBreakAction
}

/**
 * A step that books has an event; one that books nothing and closes the break has one, too. `give_up` raises `booked` by what it puts on
 * recon_suspense; every other action lowers `remaining`.
 */
export async function actOnBreak(ports: ActPorts, tx: Transaction, of: ReconBreak, step: BreakStep): Promise<Acted> {
  const { ids, clock } = ports
  const eventId = step.eventId ?? ids.event()
  const bookedUnder = step.bookedUnder ?? eventId
  const atMs = clock.virtualNowMs()
  const under = { subjectId: of.breakId, eventId: bookedUnder, occurredAtMs: atMs }
  const entries = entriesUnder(ids, under, movementsIn(of.currency, step.movements ?? []))
  const moved = movedOnSuspense(entries)
  const remainingMinor = of.remainingMinor + moved
  const closes = step.closesAs !== undefined && remainingMinor === 0
  const isTold = entries.length > 0 || closes
  const changed: ReconBreak = {
    ...of,
    remainingMinor,
    bookedMinor: of.bookedMinor + (step.action === 'give_up' ? moved : 0),
    state: closes ? step.closesAs! : (step.state ?? of.state),
    closedAtMs: closes ? atMs : null,
    assignee: step.assignee === undefined ? of.assignee : step.assignee,
    version: of.version + 1,
    eventCount: of.eventCount + (isTold ? 1 : 0),
  }
  const action: ReconBreakAction = {
    ...{ breakId: of.breakId, sequence: changed.version, actor: step.actor, action: step.action, atMs },
    ...{ account: step.account ?? null, target: step.target ?? null, amountMinor: step.amountMinor ?? null },
    ...{ reason: step.reason, eventId: entries.length > 0 ? bookedUnder : null },
  }
  await ports.breaks.update(tx, changed)
  await ports.breaks.insertActions(tx, [action])
  await ports.reconLedger.insertOfRecon(tx, entries, clock.nowMs())
  if (isTold) await ports.outbox.insert(tx, breakResolvedEvent(eventId, changed, action), clock.nowMs())
  return { changed, action }
}
