/** Holds up what a step has to wait for, and sees whether it waits. A kill alone shows that only when it falls into a few milliseconds. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { openKafkaLog } from '../../../scripts/operate/verify/kafka-log.ts'
import { consumersAreAtTheEnd } from '../../../scripts/operate/verify/settle.ts'
import { until } from '../../../shared/runtime/until.ts'
import { expectMutation } from '../contract.ts'
import type { PaymentApi } from '../http.ts'
import { authorizeBody } from '../payments.ts'
import type { CrashSystem } from './crash-system.ts'

const WAITING_DEADLINE_MS = 60_000
/** A commit that does not wait for the handler takes a few milliseconds. */
const HELD_MS = 2_000

/** Rings for a new payment's event while Kafka answers nobody. Gives how many of its events are marked as published then. */
export async function markedWithoutKafka(system: CrashSystem): Promise<number> {
  const { database } = system
  const { paymentId } = expectMutation(await system.api.authorize(authorizeBody()), 201)
  const [payment] = await database.rows<{ shard: number }>('SELECT shard FROM payment WHERE payment_id = ?', [
    paymentId,
  ])
  await system.withoutKafka(() => system.relay(payment!.shard).catch(() => undefined))
  return database.count('SELECT COUNT(*) FROM outbox_event WHERE message_key = ? AND published_at IS NOT NULL', [
    paymentId,
  ])
}

/**
 * Authorizes and captures a payment whose event the ledger's handler cannot book yet: it waits for a table that is locked. Says
 * whether the offset of that event is committed meanwhile; the API dies there.
 */
export async function isCommittedWhileLedgerWaits(system: CrashSystem, api: PaymentApi): Promise<boolean> {
  const at = { point: 'kafka-events:committed', hits: 1, of: 'payment.captured' }
  await untilConsumed(system)
  const lock = await createConnection(system.system.databaseUrl)
  try {
    // The ledger reads it. Neither a capture nor the relay does.
    await lock.query('LOCK TABLES outbox_archive WRITE')
    return await system.isApiKilled(at, async () => {
      expectMutation(await api.authorize(authorizeBody({ capture: true })), 201)
      await until(async () => !system.isArmed || (await waitingCount(system)) > 0, {
        what: "the ledger's handler, which waits for the table",
        deadlineMs: WAITING_DEADLINE_MS,
      })
      await sleep(HELD_MS)
    })
  } finally {
    await lock.end()
  }
}

/** An API that has just started reads the events that were left by the kills before it. Their offsets say nothing about a later one. */
async function untilConsumed({ system }: CrashSystem): Promise<void> {
  const kafka = await openKafkaLog(system)
  try {
    await until(() => consumersAreAtTheEnd(kafka), {
      what: 'the consumers to have read what was left',
      deadlineMs: WAITING_DEADLINE_MS,
    })
  } finally {
    await kafka.close()
  }
}

const waitingCount = ({ database }: CrashSystem): Promise<number> =>
  database.count(`SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table%'`)
