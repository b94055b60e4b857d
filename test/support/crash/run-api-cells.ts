/** Kills the API of the whole system at a point, with all its functions and triggers; its starter brings it back, and the client repeats. */
import { until } from '../../../shared/runtime/until.ts'
import type { PaymentApi, Reply } from '../http.ts'
import { type AuthorizeBody, authorizeBody } from '../payments.ts'
import type { CrashAt } from './armed.ts'
import type { CrashSystem } from './crash-system.ts'

const BACK_DEADLINE_MS = 60_000
/** The resolver runs each minute. */
const FINAL_DEADLINE_MS = 120_000

export interface Purchase {
  at: CrashAt
  body: AuthorizeBody
}

/** Authorizes and captures a payment, in the middle of which, or soon after, the API dies at this point. Resolves when it is back. */
export async function killApiAt(system: CrashSystem, api: PaymentApi, at: CrashAt): Promise<Purchase> {
  const body = authorizeBody({ capture: true })
  await system.killApi(at, async () => {
    await api.authorize(body).catch(() => undefined)
    await system.isKilled()
  })
  await until(async () => (await api.get('/health/live')).status === 200, {
    what: `the API after ${at.point}`,
    deadlineMs: BACK_DEADLINE_MS,
  })
  return { at, body }
}

/** Repeats the request until its answer is final; gives it, and the one after it. */
export async function finalAnswers(system: CrashSystem, api: PaymentApi, { at, body }: Purchase): Promise<Reply[]> {
  const final = await until(
    async () => {
      await system.endLeases(body.merchantId)
      const reply = await api.authorize(body)
      return [409, 503].includes(reply.status) ? undefined : reply
    },
    { what: `the answer after ${at.point}`, deadlineMs: FINAL_DEADLINE_MS, intervalMs: 500 },
  )
  return [final, await api.authorize(body)]
}
