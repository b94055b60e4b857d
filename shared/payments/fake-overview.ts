/** What the overview reads of the payments and operations in memory, by the same rules as the database. */
import { ulidTimeOf } from '../domain/ulid-time.ts'
import type { FakeOperations, FakePayments } from './fake-tables.ts'
import { type AnswerTime, type LeaseTimes, LOOKED_AT_MAX, type OverviewReader, type SlotCount } from './ports.ts'

export class FakeOverview implements OverviewReader {
  /** A test may look at fewer. */
  lookedAtMax = LOOKED_AT_MAX
  readonly #payments: FakePayments
  readonly #operations: FakeOperations

  constructor({ payments, operations }: { payments: FakePayments; operations: FakeOperations }) {
    this.#payments = payments
    this.#operations = operations
  }

  async outcomes({ fromMs, toMs, slotMs }: { fromMs: number; toMs: number; slotMs: number }) {
    const rows = await this.#payments.table.filter(
      undefined,
      ({ createdAtMs }) => createdAtMs >= fromMs && createdAtMs < toMs,
    )
    rows.sort((a, b) => b.createdAtMs - a.createdAtMs)
    const lookedAtFromMs = rows[this.lookedAtMax - 1]?.createdAtMs ?? fromMs
    const counted = new Map<string, SlotCount>()
    for (const { createdAtMs, status } of rows.filter(row => row.createdAtMs >= lookedAtFromMs)) {
      const slot = Math.floor((createdAtMs - fromMs) / slotMs)
      const known = counted.get(`${slot} ${status}`)
      counted.set(`${slot} ${status}`, { slot, status, count: (known?.count ?? 0) + 1 })
    }
    return { counts: [...counted.values()], fromMs: lookedAtFromMs }
  }

  async answerTimes(slots: ReadonlyArray<{ fromMs: number; toMs: number }>, limitEach: number) {
    const found = slots.map(async ({ fromMs, toMs }, slot): Promise<AnswerTime[]> => {
      const [first, end] = [`op_${ulidTimeOf(fromMs)}`, `op_${ulidTimeOf(toMs)}`]
      const rows = await this.#operations.table.filter(
        undefined,
        ({ operationId }) => operationId >= first && operationId < end,
      )
      rows.sort((a, b) => (a.operationId > b.operationId ? -1 : 1))
      return rows
        .slice(0, limitEach)
        .flatMap(({ operationId, paymentId, kind, askedAtMs, answeredAtMs }) =>
          askedAtMs === null || answeredAtMs === null
            ? []
            : [{ slot, operationId, paymentId, kind, askedAtMs, answeredAtMs }],
        )
    })
    return (await Promise.all(found)).flat()
  }

  async oldestUnknown(now: LeaseTimes, limit: number) {
    const rows = await this.#operations.unknownRows(now)
    rows.sort((a, b) => a.createdAtMs - b.createdAtMs || (a.operationId < b.operationId ? -1 : 1))
    return rows.slice(0, limit).map(({ operationId, paymentId, kind, amountMinor, currency, createdAtMs }) => ({
      ...{ operationId, paymentId, kind, amountMinor, currency, createdAtMs },
    }))
  }
}
