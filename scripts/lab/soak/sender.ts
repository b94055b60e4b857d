/** The callers of a soak: a process of its own, so that they do not share the event loop of the tool. */
import { closedLoop, UnitBroken } from '../bench/closed-loop.ts'
import { type OpenLoopResult, openLoop } from '../overload/open-loop.ts'
import { createRandom } from '../random.ts'
import { type Callers, openCallers, runFlow } from './callers.ts'
import { drawFlow } from './flows.ts'
import { LEFT_OUT, RIGHT } from './outcomes.ts'

interface SendOrder {
  origin: string
  seed: number
  /** Begins every key of this order. */
  runId: string
  seconds: number
}

/** As many flows as are done, so many at a time: what the machine can do. */
export interface PeakOrder extends SendOrder {
  kind: 'peak'
  warmupSeconds: number
  concurrency: number
}

/** So many flows a second, whatever becomes of them. */
export interface PaceOrder extends SendOrder {
  kind: 'pace'
  perSecond: number
  /** More than so many are not begun: they are left out, and counted. */
  underWayMax: number
}

export type SoakReport =
  | { kind: 'peak'; flowsPerSecond: number }
  | { kind: 'pace'; result: OpenLoopResult }
  | { kind: 'failed'; message: string }

async function obey(order: PeakOrder | PaceOrder): Promise<SoakReport> {
  const callers = openCallers(order.origin, order.kind === 'peak' ? order.concurrency : order.underWayMax)
  try {
    if (order.kind === 'peak') return { kind: 'peak', flowsPerSecond: await peakOf(order, callers) }
    return { kind: 'pace', result: await pace(order, callers) }
  } finally {
    await callers.close()
  }
}

async function peakOf(order: PeakOrder, { send }: Callers): Promise<number> {
  const random = createRandom(order.seed)
  let count = 0
  const loop = {
    concurrency: order.concurrency,
    warmupMs: order.warmupSeconds * 1_000,
    durationMs: order.seconds * 1_000,
    begins: () => {},
    ends: () => {},
  }
  const { units, seconds } = await closedLoop(loop, async () => {
    const outcome = await runFlow(drawFlow(random, `${order.runId}-${count++}`), send)
    if (outcome !== RIGHT) throw new UnitBroken(outcome)
  })
  return units / seconds
}

function pace({ perSecond, seconds, seed, runId, underWayMax }: PaceOrder, { send }: Callers): Promise<OpenLoopResult> {
  const random = createRandom(seed)
  let underWay = 0
  return openLoop({
    perSecond,
    seconds,
    send: async index => {
      const flow = drawFlow(random, `${runId}-${index}`)
      if (underWay >= underWayMax) return { outcome: LEFT_OUT }
      underWay++
      try {
        return { outcome: await runFlow(flow, send) }
      } finally {
        underWay--
      }
    },
  })
}

process.on('message', (order: PeakOrder | PaceOrder) => {
  obey(order).then(
    report => process.send?.(report),
    error => process.send?.({ kind: 'failed', message: String(error?.stack ?? error) } satisfies SoakReport),
  )
})
process.on('disconnect', () => process.exit())
