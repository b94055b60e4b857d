/** Handlers that throw, reject, dawdle and forget to answer, behind the product's own middleware. */
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { defineContract, mutationRefusals } from '../../../shared/contracts/route-contract.ts'
import { defineMutation, defineRoute } from '../../../shared/http/index.ts'
import { portsFromEnv } from '../../../shared/runtime/wiring.ts'

/** Stands in every fault: whoever finds it in an answer has looked inside. */
const SECRET = 'SECRET-of-the-inside'

const contract = defineContract({
  route: 'GET /of-the-test',
  tag: 'health',
  answers: { 200: z.object({ status: z.string() }) },
  refusals: ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'],
})
const mutationContract = defineContract({
  ...contract,
  body: z.object({}),
  bodyOptional: true,
  mutation: 'authorize',
  routeClass: 'mutations',
  needsKey: () => false,
  refusals: mutationRefusals,
  onTimeout: 'OUTCOME_UNKNOWN',
})

const ports = portsFromEnv()
const failing = (fail: () => unknown) =>
  defineRoute(contract)(ports, async () => {
    await sleep(5)
    return fail() as never
  })
const throwing = (thrown: unknown) =>
  failing(() => {
    throw thrown
  })
const answer = (status: string) => ({ status: 200 as const, body: { status } })
const explode = (): never => {
  throw new Error(SECRET)
}

const circle = new Error(SECRET)
circle.cause = circle

/** Answers without touching any port: nothing of the product has started yet when the first fault happens. */
export const untouched = async () => ({ statusCode: 200, body: 'untouched' })

export const fine = failing(() => answer('fine'))

export const throwsError = throwing(new TypeError(SECRET))
export const throwsHttpError = throwing(Object.assign(new Error(SECRET), { statusCode: 200, expose: true }))
export const throwsCircle = throwing(circle)
export const throwsText = throwing(SECRET)
export const throwsNothing = throwing(undefined)
export const throwsNull = throwing(null)

export const throwsAtOnce = defineRoute(contract)(ports, explode)
export const throwsBefore = defineRoute(contract)(ports, async () => answer('unseen'), {
  middlewares: [{ before: explode }],
})
export const throwsAfter = defineRoute(contract)(ports, async () => answer('unseen'), {
  middlewares: [{ after: explode }],
})

export const answersNothing = failing(() => undefined)

/** Fails behind its own back while the request is still being answered. */
export const rejectsUnwatched = defineRoute(contract)(ports, async () => {
  void Promise.reject(new Error(SECRET))
  await sleep(20)
  return answer('answered')
})

/** Answers, and fails afterwards with nobody waiting. */
export const rejectsLate = defineRoute(contract)(ports, async () => {
  void sleep(50).then(() => Promise.reject(new Error(SECRET)))
  return answer('answered')
})

const dawdle = async () => {
  await sleep(3_000)
  throw new Error(SECRET)
}

export const tooSlow = defineRoute(contract)(ports, dawdle)
export const tooSlowMutation = defineMutation(mutationContract)(ports, dawdle)
