/** Reads payment.dlq into rows: a letter becomes one that waits, and a note says what was done about an earlier one. */
import {
  type LetterNote,
  letterIdOf,
  letterIn,
  letterTimeMs,
  letterWords,
  noteIn,
  type OriginalRecord,
} from '../contracts/dead-letter-records.ts'
import type { IncomingRecord } from '../contracts/event-records.ts'
import type { AuditAction } from '../contracts/lists.ts'
import type { AuditEntry, AuditLog } from '../settlement/ports.ts'
import type { DeadLetterRows, NewLetter, SeparateTransactions, Transaction } from './ports.ts'

export interface RecordLettersPorts {
  transactions: SeparateTransactions
  deadLetterRows: DeadLetterRows
  auditLog: AuditLog
}

export const letterActions = {
  REDRIVEN: 'dead-letter.redriven',
  PUT_ASIDE: 'dead-letter.put-aside',
} as const satisfies Record<LetterNote['state'], AuditAction>

/** As the audit log names a letter. */
export const letterSubject = (place: Parameters<typeof letterIdOf>[0]): string => `payment.dlq ${letterIdOf(place)}`

/** Whoever can write to the topic can write a note: what it says of a person is not known to be true. */
const ACTOR = 'system record-dead-letters'

/**
 * Records a batch in one transaction; a second delivery changes nothing. A note that the console's own transaction has not recorded (it
 * was lost after the note was written, or a command wrote the note) is one entry of the audit log.
 * Throws DependencyUnavailableError: deliver the batch again.
 */
export async function recordDeadLetters(
  ports: RecordLettersPorts,
  records: readonly IncomingRecord[],
): Promise<{ listed: number; noted: number }> {
  return ports.transactions.run('dead letters', async tx => {
    let listed = 0
    const entries: AuditEntry[] = []
    for (const record of records) {
      const note = noteIn(record)
      if (note === undefined) listed += (await ports.deadLetterRows.put(tx, letterOf(record))) ? 1 : 0
      else if (await recordNote(tx, ports, note, record.offset)) entries.push(entryOf(note))
    }
    // Late: others that append wait until the transaction ends.
    for (const entry of entries) await ports.auditLog.append(tx, entry)
    return { listed, noted: entries.length }
  })
}

function letterOf(record: IncomingRecord): NewLetter {
  const { partition, offset, key, value, headers } = record
  const { original, error, failedAt } = letterIn(record)
  return {
    ...{ partition, offset, error },
    record: value,
    failedAtMs: letterTimeMs(failedAt),
    origin: original && { topic: original.topic, partition: original.partition, offset: original.offset },
    paymentId: original === null ? null : paymentIdIn(original),
    bytes: original ?? { key, value, headers: [...headers] },
  }
}

const PAYMENT_ID = /^pay_[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const PAYMENT_ID_IN_VALUE = /"paymentId":"(pay_[0-7][0-9A-HJKMNP-TV-Z]{25})"/

/** By the key, or by what the value says: a letter may be there because the two differ. */
function paymentIdIn({ key, value }: OriginalRecord): string | null {
  const named = key?.toString('latin1') ?? ''
  if (PAYMENT_ID.test(named)) return named
  return PAYMENT_ID_IN_VALUE.exec(value?.toString('latin1') ?? '')?.[1] ?? null
}

/** False when the row has it already, or a later one, or when there is no such letter. */
async function recordNote(
  tx: Transaction,
  { deadLetterRows }: RecordLettersPorts,
  note: LetterNote,
  noteOffset: number,
): Promise<boolean> {
  const { state, by, reason, key } = note
  const letter = await deadLetterRows.lock(tx, note)
  if (letter === undefined || note.offset >= noteOffset) return false
  const last = letter.handling
  if (last !== null && (last.noteOffset >= noteOffset || (key !== null && last.key === key))) return false
  const handling = { state, noteOffset, by, reason, key, atMs: letterTimeMs(note.at) }
  await deadLetterRows.markHandled(tx, note, handling)
  return true
}

const entryOf = (note: LetterNote): AuditEntry => ({
  actor: ACTOR,
  action: letterActions[note.state],
  subject: letterSubject(note),
  reason: note.reason ?? `a note on the topic says that it was ${letterWords[note.state]}`,
  details: { by: note.by, at: note.at, key: note.key },
})
