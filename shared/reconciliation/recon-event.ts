/** Makes the events that tell other systems about files and breaks. */
import type {
  ReconBreakOpened,
  ReconBreakResolved,
  ReconChunkBooked,
  ReconFileImported,
} from '../contracts/recon-events.ts'
import type { OutboxEvent } from '../payments/ports.ts'
import { outboxEvent } from '../settlement/settlement-event.ts'
import type { ReconBreak, ReconBreakAction, ReconFile } from './ports.ts'

/** `file` is the file after the step, its `eventCount` already this event's sequence, as of the others. */
export function fileImportedEvent(eventId: string, file: ReconFile, atMs: number): OutboxEvent {
  const { fileId, sourceId, name, sha256, externalId, revision, day, lineCount } = file
  const event: ReconFileImported = {
    ...{ eventId, eventType: 'recon.file-imported', occurredAt: textOf(atMs), sequence: file.eventCount },
    file: { fileId, sourceId, name, sha256, externalId: externalId!, revision: revision!, day: day!, lineCount },
  }
  return outboxEvent(fileId, event)
}

export function chunkBookedEvent(
  eventId: string,
  { fileId, eventCount }: Pick<ReconFile, 'fileId' | 'eventCount'>,
  chunk: Omit<ReconChunkBooked['chunk'], 'fileId'>,
  atMs: number,
): OutboxEvent {
  const event: ReconChunkBooked = {
    ...{ eventId, eventType: 'recon.chunk-booked', occurredAt: textOf(atMs), sequence: eventCount },
    chunk: { fileId, ...chunk },
  }
  return outboxEvent(fileId, event)
}

export function breakOpenedEvent(eventId: string, made: ReconBreak): OutboxEvent {
  const event: ReconBreakOpened = {
    ...{ eventId, eventType: 'recon.break-opened', occurredAt: textOf(made.openedAtMs), sequence: made.eventCount },
    break: toldOf(made),
    differences: { ...made.differences },
  }
  return outboxEvent(made.breakId, event)
}

export function breakResolvedEvent(eventId: string, changed: ReconBreak, done: ReconBreakAction): OutboxEvent {
  const { sequence, actor, action, account, target, amountMinor, reason, atMs } = done
  const event: ReconBreakResolved = {
    ...{ eventId, eventType: 'recon.break-resolved', occurredAt: textOf(atMs), sequence: changed.eventCount },
    break: toldOf(changed),
    action: { sequence, actor, action, account, target, amount: amountMinor, reason },
  }
  return outboxEvent(changed.breakId, event)
}

const toldOf = ({
  breakId,
  subject,
  class: name,
  sourceId,
  bookedMinor,
  remainingMinor,
  currency,
  state,
}: ReconBreak) => ({
  ...{ breakId, subject, class: name, sourceId, booked: bookedMinor, remaining: remainingMinor, currency, state },
})

const textOf = (atMs: number): string => new Date(atMs).toISOString()
