/** Carries the pending request of an order to its final answer, and records that. */
import type { Language } from '../../../shared/contracts/errors.ts'
import { type ApiAnswer, type ApiRequest, paymentOf } from '../api/answer.ts'
import { askUntilFinal, type RetryPolicy, type RetryPorts, type Waiting } from '../api/ask-until-final.ts'
import type { Store } from '../store.ts'
import type { AnswerLog } from './answer-log.ts'
import { recordAnswer } from './answer-log.ts'
import { type Order, paymentIdOf, settle } from './orders.ts'
import { getPaymentRequest, type Operation } from './requests.ts'

/** By order: what its repeats are waiting for. */
export type Waitings = Readonly<Record<string, Waiting | undefined>>

export interface OrderPorts extends Pick<RetryPorts, 'pause' | 'nowMs'> {
  orders: Store<readonly Order[]>
  answers: Store<AnswerLog>
  waitings: Store<Waitings>
  ask: (request: ApiRequest) => Promise<ApiAnswer>
  /** Runs `work` while no other tab runs under the same name. */
  exclusively: (name: string, work: () => Promise<void>) => Promise<void>
  language: () => Language
  onSettled: () => void
  policy?: RetryPolicy
}

/**
 * Returns `run`, which resolves when nothing of the order is pending any more. Calls while one is running share it.
 * It may be called again at any time, by any tab: what is pending has its key with it.
 */
export function createOrderRun(ports: OrderPorts): (orderId: string) => Promise<void> {
  const running = new Map<string, Promise<void>>()
  return orderId => {
    const current =
      running.get(orderId) ??
      ports
        .exclusively(`shop.order.${orderId}`, () => advance(ports, orderId))
        .finally(() => {
          running.delete(orderId)
        })
    running.set(orderId, current)
    return current
  }
}

async function advance(ports: OrderPorts, orderId: string): Promise<void> {
  const pending = ports.orders.get().find(order => order.orderId === orderId)?.pending
  if (!pending) return
  const repeat = (request: ApiRequest) =>
    askUntilFinal(
      () => ports.ask(request),
      { ...ports, onWaiting: waiting => ports.waitings.update(waitings => ({ ...waitings, [orderId]: waiting })) },
      ports.policy,
    )
  const answer = await repeat(pending.request)
  const operation = await decidedOperation(pending.operation, answer, paymentId =>
    repeat(getPaymentRequest(paymentId, ports.language())),
  )
  ports.answers.update(log => recordAnswer(log, { orderId, operation, answer }))
  ports.orders.update(orders => settle(orders, orderId, answer))
  ports.onSettled()
}

/** What a 402 to a combined request refused may be the capture: then the hold stands, which only the payment tells. */
async function decidedOperation(
  asked: Operation,
  answer: ApiAnswer,
  look: (paymentId: string) => Promise<ApiAnswer>,
): Promise<Operation> {
  const paymentId = paymentIdOf(answer)
  if (asked !== 'authorize' || answer.statusCode !== 402 || paymentId === undefined) return asked
  const status = paymentOf(await look(paymentId))?.status
  return status === 'DECLINED' || status === 'FAILED' ? 'authorize' : 'capture'
}
