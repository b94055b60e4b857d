/** Runs one cell of the crash matrix: kills the process, lets another finish its work, and says what is wrong afterwards. */
import { kafkaEvent } from '../../unit/lambda-events.ts'
import type { Reply } from '../http.ts'
import type { Cell, Finisher } from './cells.ts'
import type { CrashSystem } from './crash-system.ts'
import { problemsOf, unnotedProblems } from './judge-cell.ts'
import type { CellResult } from './matrix-table.ts'
import { type CrashOperation, crashOperations, type Subject } from './operations.ts'

/** One by the finisher and one by the resolver are enough, unless the acquirer was away in one of them. */
const ROUNDS_MAX = 4

/** What is wrong; empty when everything is as it must be. */
export async function runCell(system: CrashSystem, cell: Cell): Promise<CellResult> {
  const run = new CellRun(system, cell)
  try {
    return await run.toTheEnd()
  } catch (error) {
    return { cell, problems: [error instanceof Error ? error.message : String(error)] }
  }
}

class CellRun {
  readonly #system: CrashSystem
  readonly #cell: Cell
  readonly #operation: CrashOperation
  #subject!: Subject

  constructor(system: CrashSystem, cell: Cell) {
    this.#system = system
    this.#cell = cell
    this.#operation = crashOperations[cell.operation]
  }

  async toTheEnd(): Promise<CellResult> {
    this.#subject = await this.#operation.prepare(this.#system)
    await this.#kill()
    const unnoted = this.#operation.isNoted ? await unnotedProblems(this.#system, this.#subject) : []
    const answers = await this.#finish()
    const paymentId = await this.#paymentId()
    await this.#deliver()
    const problems = await problemsOf(this.#system, this.#cell, paymentId, answers)
    return { cell: this.#cell, paymentId, problems: [...unnoted, ...problems] }
  }

  async #kill(): Promise<void> {
    const { victim, after } = this.#cell
    if (after !== undefined) {
      await this.#killRequest({ point: after, hits: 1 })
      await this.#endLeases()
    }
    switch (victim) {
      case 'request':
      case 'repeat':
        return this.#killRequest(this.#cell)
      case 'acquirer':
        await this.#system.killAcquirer(this.#crashAt(), () => this.#ask())
        return
      case 'acquirer of the resolver':
        await this.#killAcquirerOfResolver()
        return
      case 'resolver':
        return this.#system.killFunction('resolveUnknown', this.#crashAt(), () => this.#resolve())
      case 'relay':
        await this.#ask()
        return this.#system.killFunction('relayOutbox', this.#crashAt(), () => this.#relay())
      case 'ledger':
        await this.#ask()
        await this.#relay()
        return this.#system.killFunction('recordLedger', this.#crashAt(), () => this.#recordLedger())
    }
  }

  #crashAt() {
    const { point, hits } = this.#cell
    return { point, hits }
  }

  #killRequest({ point, hits }: { point: string; hits: number }): Promise<void> {
    return this.#system.killFunction(this.#operation.functionKey, { point, hits }, () => this.#ask())
  }

  /** The resolver goes on asking, and finds the acquirer back. */
  async #killAcquirerOfResolver(): Promise<void> {
    let resolving: Promise<unknown> = Promise.resolve()
    await this.#system.killAcquirer(this.#crashAt(), async () => {
      resolving = this.#resolve()
      await this.#system.isKilled()
    })
    await resolving
  }

  /** Until no outcome is unknown; then what the client is told, twice. */
  async #finish(): Promise<Reply[]> {
    let finisher = this.#cell.finisher
    for (let round = 1; round <= ROUNDS_MAX; round++) {
      await this.#endLeases()
      await this.#finishBy(finisher)
      if ((await this.#pendingCount()) === 0) break
      // Nothing but the resolver cancels what the acquirer has never heard of.
      finisher = 'resolver'
    }
    const first = await this.#ask()
    const again = await this.#ask()
    return [first, again].filter(reply => reply !== undefined)
  }

  async #finishBy(finisher: Finisher): Promise<void> {
    if (finisher === 'repeat') await this.#ask()
    if (finisher === 'resolver') await this.#resolve()
    if (finisher === 'both') await Promise.all([this.#ask(), this.#resolve()])
  }

  /** The doorbell and the events come again, whatever the killed process had done of them. */
  async #deliver(): Promise<void> {
    await this.#relay()
    await this.#recordLedger()
    await this.#deliverTo('expectSettlement')
  }

  #ask(): Promise<Reply | undefined> {
    return this.#operation.ask(this.#system, this.#subject)
  }

  #resolve(): Promise<void> {
    return this.#system.invoke('resolveUnknown')
  }

  async #relay(): Promise<void> {
    const [payment] = await this.#system.database.rows<{ shard: number }>(
      'SELECT shard FROM payment WHERE payment_id = ?',
      [await this.#paymentId()],
    )
    await this.#system.relay(payment!.shard)
  }

  #recordLedger(): Promise<void> {
    return this.#deliverTo('recordLedger')
  }

  /** Both take the same events. */
  async #deliverTo(consumer: 'recordLedger' | 'expectSettlement'): Promise<void> {
    const { ledgerTopics } = this.#operation
    if (ledgerTopics.length === 0) return
    const rows = await this.#system.database.rows<EventRow>(
      'SELECT event_id, topic, message_key, payload FROM outbox_event WHERE message_key = ? AND topic IN (?) ORDER BY id',
      [await this.#paymentId(), ledgerTopics],
    )
    if (rows.length > 0) await this.#system.invoke(consumer, kafkaEvent(rows.map(recordOf)))
  }

  #endLeases(): Promise<void> {
    return this.#system.endLeases(this.#subject.merchantId)
  }

  #pendingCount(): Promise<number> {
    return this.#system.database.count(
      `SELECT COUNT(*) FROM payment_operation WHERE merchant_id = ? AND state = 'PENDING'`,
      [this.#subject.merchantId],
    )
  }

  async #paymentId(): Promise<string> {
    if (this.#subject.paymentId !== undefined) return this.#subject.paymentId
    const rows = await this.#system.database.rows<{ payment_id: string }>(
      'SELECT payment_id FROM payment WHERE merchant_id = ?',
      [this.#subject.merchantId],
    )
    if (rows.length !== 1) throw new Error(`${rows.length} payments of one request`)
    this.#subject.paymentId = rows[0]!.payment_id
    return this.#subject.paymentId
  }
}

interface EventRow {
  event_id: string
  topic: string
  message_key: string
  payload: string
}

const recordOf = ({ event_id: id, topic, message_key: key, payload: value }: EventRow) => ({
  topic,
  key,
  value,
  headers: { 'event-id': id, 'event-type': topic },
})
