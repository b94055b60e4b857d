/** The payment as the API tells it, asked for again until its records are complete. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import type { OperationView } from '../../../shared/contracts/routes/list-operations.ts'
import type { ApiAnswer } from '../api/answer.ts'
import { readAnswer } from '../api/client.ts'
import type { AnswerLog } from '../purchase/answer-log.ts'
import { getPaymentRequest, listOperationsRequest } from '../purchase/requests.ts'
import { useLanguage, useShopParts } from '../shop-context.ts'
import { FOLLOW_DEADLINE_MS, isFollowed, pollIntervalMs } from './money-trail.ts'
import { newestOf, upToDate } from './newest-payment.ts'

export interface FollowedPayment {
  /** The newest that is known of it, be it from a GET or from the answer to an operation. */
  payment?: PaymentDetailView
  operations: readonly OperationView[]
  /** `loading`: not answered yet. `missing`: the API has no such payment. `unreachable`: it could not be asked. */
  state: 'loading' | 'following' | 'followed' | 'late' | 'unreachable' | 'missing'
  /** The newest answer to `GET /payments/{paymentId}`. */
  answer?: ApiAnswer
}

export interface Found {
  answer: ApiAnswer
  payment?: PaymentDetailView
  operations: readonly OperationView[]
}

/** `log`: the answers to the operations of this payment. Records are late when they are missing 20 s after the newest of them, or after the newest event. */
export function usePayment(paymentId: string, log: AnswerLog): FollowedPayment {
  const askFor = usePaymentQuestion()
  const [openedAtMs] = useState(() => Date.now())
  const answeredMs = log.map(({ answer }) => Date.parse(answer.receivedAt))
  const sinceMsOf = (read: PaymentDetailView | undefined) =>
    Math.max(openedAtMs, ...answeredMs, ...(read?.events ?? []).map(({ createdAt }) => Date.parse(createdAt)))
  const query = useQuery({
    queryKey: ['payment', paymentId],
    queryFn: () => askFor(paymentId),
    refetchInterval: ({ state }) =>
      state.data && !state.data.payment
        ? false
        : pollIntervalMs(upToDate(state.data?.payment, log), Date.now() - sinceMsOf(state.data?.payment)),
  })
  const read = query.data?.payment
  const payment = newestOf(read, log)
  const isLate = Math.max(query.dataUpdatedAt, query.errorUpdatedAt) - sinceMsOf(read) >= FOLLOW_DEADLINE_MS
  return { payment, operations: query.data?.operations ?? [], answer: query.data?.answer, state: stateOf() }

  function stateOf(): FollowedPayment['state'] {
    if (query.isError) return 'unreachable'
    if (!query.data) return 'loading'
    if (!read) return 'missing'
    const current = upToDate(read, log)
    if (current && isFollowed(current)) return 'followed'
    return isLate ? 'late' : 'following'
  }
}

/** Throws when the API gives no answer that says whether the payment exists. */
export function usePaymentQuestion(): (paymentId: string) => Promise<Found> {
  const { ask } = useShopParts()
  const language = useLanguage()
  return async paymentId => {
    const [answer, listed] = await Promise.all([
      ask(getPaymentRequest(paymentId, language)),
      ask(listOperationsRequest(paymentId, language)).catch(() => undefined),
    ])
    const read = readAnswer('getPayment', answer)
    const operations = listed && readAnswer('listOperations', listed)
    if (read?.status === 200)
      return { answer, payment: read.body, operations: operations?.status === 200 ? operations.body.operations : [] }
    if (read?.status === 404) return { answer, operations: [] }
    throw new Error(`GET ${paymentId} answered ${answer.statusCode}`)
  }
}
