/**
 * An operator redrives a dead letter, or puts it aside. In one transaction: the row is locked, the record sent, the note written, and the
 * row and the audit log say so. docs/console-events.md tells what a crash at each point leaves behind.
 */
import { type HandledState, type LetterNote, type LetterPlace, originOf } from '../contracts/dead-letter-records.ts'
import type { DeadLetterView } from '../contracts/dead-letters.ts'
import type { DeadLetterState } from '../contracts/lists.ts'
import type { AuditLog } from '../settlement/ports.ts'
import { type KeyedRequest, type Once, type OncePorts, onceByKey } from './once-by-key.ts'
import {
  type Clock,
  type DeadLetterRows,
  type LetterSender,
  RecordRefusedError,
  type SeparateTransactions,
  type StoredLetter,
  type Transaction,
} from './ports.ts'
import { letterView } from './read-delivery.ts'
import { letterActions, letterSubject } from './record-dead-letters.ts'

export interface HandleLetterPorts {
  /** Separate: the row stays locked while Kafka is waited for. */
  transactions: SeparateTransactions
  auditLog: AuditLog
  deadLetterRows: Pick<DeadLetterRows, 'lock' | 'markHandled'>
  letterSender: LetterSender
  clock: Pick<Clock, 'nowMs'>
}

export interface LetterAsk {
  place: LetterPlace
  /** What is to be done. */
  to: HandledState
  /** The state that the operator saw. */
  from: DeadLetterState
  operator: string
  reason: string
  /** Of the console's action. */
  key: string
}

/** Plain JSON: it is kept with the key. */
export type LetterOutcome =
  | { kind: 'handled'; letter: DeadLetterView }
  | { kind: 'not_found' }
  | { kind: 'conflict'; reason: 'state'; state: DeadLetterState }
  | { kind: 'conflict'; reason: 'unreadable' }
  /** Kafka says that it will never take the record. */
  | { kind: 'conflict'; reason: 'refused'; error: string }

/** Throws DependencyUnavailableError: it may have been done, and the same key tells. */
export async function handleDeadLetter(ports: HandleLetterPorts, ask: LetterAsk): Promise<LetterOutcome> {
  return ports.transactions.run(letterSubject(ask.place), async (tx): Promise<LetterOutcome> => {
    const letter = await ports.deadLetterRows.lock(tx, ask.place)
    if (letter === undefined) return { kind: 'not_found' }
    // The commit of an earlier request was lost after its note was written, and the reader of the topic has made up for it.
    if (letter.handling?.key === ask.key) return { kind: 'handled', letter: letterView(letter) }
    if (letter.state !== ask.from) return { kind: 'conflict', reason: 'state', state: letter.state }
    const refusal = ask.to === 'REDRIVEN' ? await redrive(ports, letter) : undefined
    if (refusal !== undefined) return { kind: 'conflict', ...refusal }
    return { kind: 'handled', letter: await record(tx, ports, letter, ask) }
  })
}

async function redrive(
  { letterSender }: HandleLetterPorts,
  { origin, bytes }: StoredLetter,
): Promise<{ reason: 'unreadable' } | { reason: 'refused'; error: string } | undefined> {
  if (origin === null) return { reason: 'unreadable' }
  try {
    await letterSender.send({ ...origin, ...bytes })
    return undefined
  } catch (error) {
    if (error instanceof RecordRefusedError) return { reason: 'refused', error: error.message }
    throw error
  }
}

async function record(
  tx: Transaction,
  { letterSender, deadLetterRows, auditLog, clock }: HandleLetterPorts,
  letter: StoredLetter,
  { place, to, operator, reason, key }: LetterAsk,
): Promise<DeadLetterView> {
  const atMs = clock.nowMs()
  const said = { by: operator, reason, key }
  const note: LetterNote = { ...place, state: to, at: new Date(atMs).toISOString(), ...said }
  const handling = { state: to, noteOffset: await letterSender.note(note), ...said, atMs }
  await deadLetterRows.markHandled(tx, place, handling)
  await auditLog.append(tx, {
    ...{ actor: operator, action: letterActions[to], subject: letterSubject(place), reason },
    details: { from: letter.state, origin: letter.origin && originOf(letter.origin), paymentId: letter.paymentId, key },
  })
  return letterView({ ...letter, state: to, handling })
}

export type AskLetterPorts = HandleLetterPorts & OncePorts

interface OperatorLetterAsk extends KeyedRequest {
  place: LetterPlace
  to: HandledState
  body: { state: DeadLetterState; reason: string }
}

/** Once for each key. Throws DependencyUnavailableError. */
export function handleAsOperator(
  ports: AskLetterPorts,
  { place, to, body, claim, operator }: OperatorLetterAsk,
): Promise<Once<LetterOutcome>> {
  // One by one: those of the process are made when they are first asked for.
  const { deadLetterRows, letterSender, clock } = ports
  const ask = { place, to, from: body.state, operator, reason: body.reason, key: claim.key }
  return onceByKey(ports, { claim, operator }, keyed =>
    handleDeadLetter({ deadLetterRows, letterSender, clock, ...keyed }, ask),
  )
}
