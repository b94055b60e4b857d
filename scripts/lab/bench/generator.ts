/** The load generator: a process of its own, so that its CPU time can be told from everybody else's. */
import { createRandom } from '../random.ts'
import { closedLoop } from './closed-loop.ts'
import { directUnits } from './direct-units.ts'
import { httpUnits, type Units } from './http-units.ts'
import type { LoadResult, Order, Report } from './order.ts'

const tell = (report: Report) => process.send?.(report)

async function obey(order: Order): Promise<LoadResult> {
  const units = unitsOf(order)
  try {
    return await closedLoop(
      {
        concurrency: order.concurrency,
        warmupMs: order.warmupMs,
        durationMs: order.durationMs,
        begins: () => tell({ kind: 'begins' }),
        ends: () => tell({ kind: 'ends' }),
      },
      units.runners[order.unit],
    )
  } finally {
    await units.close()
  }
}

function unitsOf(order: Order): Units {
  const { target, seed } = order
  const random = createRandom(seed)
  if (target.kind === 'http') return httpUnits(target, order, random)
  return directUnits(target.databaseUrl, target.connectionsMax, target.texts, order, random)
}

process.on('message', (order: Order) => {
  obey(order).then(
    result => tell({ kind: 'done', result }),
    error => tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
process.on('disconnect', () => process.exit())
