/** Authorizes at a fixed rate, from a process of its own, alone or beside other work. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { OpenLoopResult } from '../../overload/open-loop.ts'
import { END, type SendOrder, type SendReport } from '../../overload/sender.ts'
import type { Latency } from '../order.ts'
import type { PartMoments } from './run-part.ts'

export interface AuthorizeFigures {
  sent: number
  /** Milliseconds since a request was due. */
  latencyMs: Latency
  /** How late the sender itself was. */
  lateMs: Latency
  /** Answers that should not have been. */
  problems: string[]
}

export interface RateOrder {
  origin: string
  perSecond: number
  seed: number
}

const ACCEPTED = '201'
const NOTHING: Latency = { p50: 0, p95: 0, p99: 0, max: 0 }
let runs = 0

export async function authorizesFor(order: RateOrder, seconds: number): Promise<AuthorizeFigures> {
  return startSending(order, seconds).figures
}

/** From when `work` says that it begins until it says that it ends, or so many seconds at most. */
export async function authorizesWhile<T>(
  order: RateOrder,
  secondsMax: number,
  work: (moments: PartMoments) => Promise<T>,
): Promise<{ done: T; authorizes: AuthorizeFigures }> {
  let sending: ReturnType<typeof startSending> | undefined
  const begins = () => {
    sending = startSending(order, secondsMax)
  }
  const ends = () => sending?.end()
  try {
    const done = await work({ begins, ends })
    if (sending === undefined) throw new Error('the work ended before it began')
    return { done, authorizes: await sending.figures }
  } finally {
    ends()
    await sending?.figures.catch(() => undefined)
  }
}

function startSending({ origin, perSecond, seed }: RateOrder, seconds: number) {
  const child = fork(join(import.meta.dirname, '../../overload/sender.ts'), { stdio: 'inherit' })
  const runId = `recon-${Date.now().toString(36)}-${runs++}`
  child.send({ origin, perSecond, seconds, seed, runId, paymentMethod: 'tok_approve' } satisfies SendOrder)
  const ended = once(child, 'exit').then((): never => {
    throw new Error('the sender ended')
  })
  const reported = Promise.race([once(child, 'message'), ended]).finally(() => child.kill())
  const figures = reported.then(([report]) => figuresOf(report as SendReport))
  // Its failure is looked at later.
  figures.catch(() => undefined)
  let isEnded = false
  const end = () => {
    if (!isEnded && child.connected) child.send(END)
    isEnded = true
  }
  return { figures, end }
}

function figuresOf(report: SendReport): AuthorizeFigures {
  if (report.kind === 'failed') throw new Error(`the sender failed: ${report.message}`)
  const { sent, outcomes, lateMs }: OpenLoopResult = report.result
  const problems = Object.entries(outcomes).flatMap(([outcome, { count }]) =>
    outcome === ACCEPTED ? [] : [`${count} authorizes were answered ${outcome}`],
  )
  return { sent, latencyMs: outcomes[ACCEPTED]?.latencyMs ?? NOTHING, lateMs, problems }
}
