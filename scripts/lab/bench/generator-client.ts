/** The tool's end of the load generator: starts the process, gives it orders, one at a time. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { LoadResult, Order, Report } from './order.ts'

export interface Moments {
  /** The warm-up is over. */
  begins(): void
  /** The measured time is over; the last requests may still be under way. */
  ends(): void
}

export interface Generator {
  pid: number
  /** Rejects when the order cannot be carried out or the process ends. */
  run(order: Order, moments?: Moments): Promise<LoadResult>
  stop(): Promise<void>
}

export function startGenerator(): Generator {
  const child = fork(join(import.meta.dirname, 'generator.ts'), { stdio: 'inherit' })
  const exited = new Promise(resolve => child.once('exit', resolve))
  return {
    pid: child.pid!,
    run: (order, moments) => runOrder(child, order, moments),
    stop: async () => {
      child.kill()
      await exited
    },
  }
}

function runOrder(child: ChildProcess, order: Order, moments?: Moments): Promise<LoadResult> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadResult>()
  const onReport = (report: Report) => {
    if (report.kind === 'begins') moments?.begins()
    else if (report.kind === 'ends') moments?.ends()
    else if (report.kind === 'done') resolve(report.result)
    else reject(new Error(`the load generator failed: ${report.message}`))
  }
  const onExit = () => reject(new Error('the load generator ended'))
  child.on('message', onReport)
  child.once('exit', onExit)
  child.send(order, error => error && reject(error))
  return promise.finally(() => {
    child.off('message', onReport)
    child.off('exit', onExit)
  })
}
