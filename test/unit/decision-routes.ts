/** The console's decisions about payout files and breaks as their tests want them: a route with what it decides about. */
import type { OperatorRole, PayoutState } from '../../shared/contracts/lists.ts'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import type { OperatorRoutePorts } from '../../shared/http/index.ts'
import { FakeAuditLog, FakeConsoleActions } from '../../shared/payments/fake-console-actions.ts'
import { FakeDatabase } from '../../shared/payments/fake-store.ts'
import type { Clock } from '../../shared/payments/ports.ts'
import { createBreakPorts } from '../../shared/reconciliation/fake-breaks.ts'
import { openBreaks } from '../../shared/reconciliation/open-breaks.ts'
import { createPayoutPorts } from '../../shared/settlement/fake-payouts.ts'
import { batchOf, payoutFileOf, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import type { SettlementBatch } from '../../shared/settlement/ports.ts'
import { operatorRoute } from './operator-route.ts'

type CreateHandler<Own> = (ports: OperatorRoutePorts & { clock: Clock } & Own) => unknown

const writing = <Own extends object>(db: FakeDatabase, own: Own) => ({
  ...own,
  auditLog: new FakeAuditLog(db),
  consoleActions: new FakeConsoleActions(db),
})
const payoutPorts = (db: FakeDatabase) => writing(db, createPayoutPorts(db))
const breakPorts = (db: FakeDatabase) => writing(db, createBreakPorts(db))

/** With a file of two payouts that waits for an approval. */
export async function payoutRoute(
  createHandler: CreateHandler<ReturnType<typeof payoutPorts>>,
  route: string,
  role: OperatorRole,
  { state = 'PREPARED', ...payout }: { state?: 'PREPARED' | 'SENT'; accountToken?: string } = {},
) {
  const db = new FakeDatabase()
  const own = payoutPorts(db)
  const { fileId } = payoutFileOf(1)
  await db.run('plant', async tx => {
    await own.payoutFiles.insert(tx, payoutFileOf(1, { state, payoutCount: 2, totalMinor: 19_500 }))
    for (const number of [1, 2]) {
      const batchId = `bat_${payoutOf(number).payoutId.slice(4)}`
      const row = payoutOf(number, { batchId, state: state === 'SENT' ? 'SENT' : 'CREATED', fileId, ...payout })
      await own.payouts.insert(tx, row)
    }
  })
  return { db, own, ...(await operatorRoute(createHandler, route, own, role)) }
}

/** With a closed batch of so many payouts, all of which failed but the last one when it says so. */
export async function batchRoute(
  createHandler: CreateHandler<ReturnType<typeof payoutPorts>>,
  route: string,
  role: OperatorRole,
  { payouts = 5, last = 'FAILED', ...given }: { payouts?: number; last?: PayoutState } & Partial<SettlementBatch> = {},
) {
  const db = new FakeDatabase()
  const own = payoutPorts(db)
  const batch = batchOf(1, { dueOn: '2026-01-02', ...given })
  await db.run('plant', async tx => {
    await own.batches.insert(tx, batch)
    for (let attempt = 1; attempt <= payouts; attempt++)
      await own.payouts.insert(tx, payoutOf(attempt, { attempt, state: attempt === payouts ? last : 'FAILED' }))
  })
  return { db, own, batchId: batch.batchId, ...(await operatorRoute(createHandler, route, own, role)) }
}

export const NO_SUCH_BREAK = 'brk_01M80000000000000000000000'

/** With an open break of 1,000. `of`: a request about it, with `body` besides key and reason. */
export async function breakRoute(
  createHandler: CreateHandler<ReturnType<typeof breakPorts>>,
  route: string,
  role: OperatorRole,
  body: object,
) {
  const db = new FakeDatabase()
  const own = breakPorts(db)
  const [made] = await db.run('break', tx =>
    openBreaks(own, tx, [
      {
        ...{ subject: 'rcf_1:1', class: 'AMOUNT_UNDER', sourceId: 'acquirer', currency: 'KRW', differences: {} },
        ...{ openedOn: '2026-01-02', movements: [{ type: 'differs_amount', signedMinor: 1_000 }] },
      },
    ]),
  )
  const { breakId } = made!
  const of = (given: object = {}, id = breakId) => ({
    pathParameters: { breakId: id },
    body: { ...sampleWrite, ...body, ...given },
  })
  return { db, own, breakId, of, ...(await operatorRoute(createHandler, route, own, role)) }
}
