/** The payment as the API tells it, asked for again until its records are complete. */
import { useQuery } from '@tanstack/react-query'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { readAnswer } from '../api/client.ts'
import { getPaymentRequest } from '../purchase/run-purchase.ts'
import { useLanguage, useShopParts } from '../shop-context.ts'
import { FOLLOW_DEADLINE_MS, isFollowed, pollIntervalMs } from './money-trail.ts'

export interface FollowedPayment {
  payment?: PaymentDetailView
  state: 'following' | 'followed' | 'late' | 'unreachable'
}

/** `sinceIso`: when the last operation was answered; records are late when they are missing 20 s after it. */
export function usePayment(paymentId: string, sinceIso: string): FollowedPayment {
  const { ask } = useShopParts()
  const language = useLanguage()
  const sinceMs = Date.parse(sinceIso)
  const query = useQuery({
    queryKey: ['payment', paymentId],
    queryFn: async () => {
      const answer = await ask(getPaymentRequest(paymentId, language))
      const read = readAnswer('getPayment', answer)
      if (read?.status !== 200) throw new Error(`GET ${paymentId} answered ${answer.statusCode}`)
      return read.body
    },
    refetchInterval: ({ state }) => pollIntervalMs(state.data, Date.now() - sinceMs),
  })
  const lookedAtMs = Math.max(query.dataUpdatedAt, query.errorUpdatedAt)
  const late = lookedAtMs - sinceMs >= FOLLOW_DEADLINE_MS
  const followed = query.data !== undefined && isFollowed(query.data)
  const waitingState = query.isError ? 'unreachable' : late ? 'late' : 'following'
  return { payment: query.data, state: followed && !query.isError ? 'followed' : waitingState }
}
