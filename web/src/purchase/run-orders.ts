/** Carries the pending request of an order to its final answer, and records that. */
import type { Language } from '../../../shared/contracts/errors.ts'
import { type ApiAnswer, type ApiRequest, paymentOf } from '../api/answer.ts'
import { askUntilFinal, type RetryPolicy, type RetryPorts, type Waiting } from '../api/ask-until-final.ts'
import type { Store } from '../store.ts'
import type { AnswerLog } from './answer-log.ts'
import { recordAnswer } from './answer-log.ts'
import type { NewIds } from './keys.ts'
import { type Order, type PendingRequest, settle } from './orders.ts'
import { captureRequestOf } from './requests.ts'

/** By order: what its repeats are waiting for. */
export type Waitings = Readonly<Record<string, Waiting | undefined>>

export interface OrderPorts extends Pick<RetryPorts, 'pause' | 'nowMs'>, Pick<NewIds, 'newKey'> {
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
  for (;;) {
    const pending = ports.orders.get().find(order => order.orderId === orderId)?.pending
    if (!pending) return
    const answer = await askUntilFinal(
      () => ports.ask(pending.request),
      {
        ...ports,
        onWaiting: waiting => ports.waitings.update(waitings => ({ ...waitings, [orderId]: waiting })),
      },
      ports.policy,
    )
    ports.answers.update(log => recordAnswer(log, { orderId, operation: pending.operation, answer }))
    ports.orders.update(orders => settle(orders, orderId, answer, captureAfter(ports, pending, answer)))
    ports.onSettled()
  }
}

/** A hold is captured at once: the shop has nothing to wait for. */
function captureAfter(ports: OrderPorts, { operation }: PendingRequest, answer: ApiAnswer): PendingRequest | undefined {
  const payment = operation === 'authorize' ? paymentOf(answer) : undefined
  if (payment === undefined) return undefined
  return {
    operation: 'capture',
    request: captureRequestOf(payment.paymentId, ports.newKey('capture'), ports.language()),
  }
}
