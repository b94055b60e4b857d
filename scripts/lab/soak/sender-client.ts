/** The tool's end of the callers: starts their process for one order, and hears what came of it. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { PaceOrder, PeakOrder, SoakReport } from './sender.ts'

type ReportOf<Order extends PeakOrder | PaceOrder> = Extract<SoakReport, { kind: Order['kind'] }>

/** Rejects when the order cannot be carried out or the process ends. */
export async function send<Order extends PeakOrder | PaceOrder>(order: Order): Promise<ReportOf<Order>> {
  const child = fork(join(import.meta.dirname, 'sender.ts'), { stdio: 'inherit' })
  try {
    child.send(order)
    const ended = once(child, 'exit').then((): never => {
      throw new Error('the callers ended')
    })
    const [report] = (await Promise.race([once(child, 'message'), ended])) as [SoakReport]
    if (report.kind === 'failed') throw new Error(`the callers failed: ${report.message}`)
    return report as ReportOf<Order>
  } finally {
    child.kill()
  }
}
