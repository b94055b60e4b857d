/** Handlers that throw, reject, dawdle and forget to answer, behind the product's own middleware. */
import { setTimeout as sleep } from 'node:timers/promises'
import { errors, json, route } from '../../../shared/http/index.ts'
import { portsFromEnv } from '../../../shared/runtime/ports.ts'

/** Stands in every fault: whoever finds it in an answer has looked inside. */
const SECRET = 'SECRET-of-the-inside'

const ports = portsFromEnv()
const failing = (fail: () => unknown) =>
  route(ports)
    .use(errors(ports))
    .handler(async () => {
      await sleep(5)
      return fail() as never
    })
const throwing = (thrown: unknown) =>
  failing(() => {
    throw thrown
  })

const circle = new Error(SECRET)
circle.cause = circle

/** Answers without touching any port: nothing of the product has started yet when the first fault happens. */
export const untouched = async () => ({ statusCode: 200, body: 'untouched' })

export const fine = failing(() => json(200, { status: 'fine' }))

export const throwsError = throwing(new TypeError(SECRET))
export const throwsHttpError = throwing(Object.assign(new Error(SECRET), { statusCode: 200, expose: true }))
export const throwsCircle = throwing(circle)
export const throwsText = throwing(SECRET)
export const throwsNothing = throwing(undefined)
export const throwsNull = throwing(null)

export const throwsAtOnce = route(ports)
  .use(errors(ports))
  .handler(() => {
    throw new Error(SECRET)
  })

export const throwsBefore = route(ports)
  .use({
    before: () => {
      throw new Error(SECRET)
    },
  })
  .use(errors(ports))
  .handler(async () => json(200, {}))

export const throwsAfter = route(ports)
  .use({
    after: () => {
      throw new Error(SECRET)
    },
  })
  .use(errors(ports))
  .handler(async () => json(200, {}))

export const answersNothing = failing(() => undefined)

/** Fails behind its own back while the request is still being answered. */
export const rejectsUnwatched = route(ports)
  .use(errors(ports))
  .handler(async () => {
    void Promise.reject(new Error(SECRET))
    await sleep(20)
    return json(200, { status: 'answered' })
  })

/** Answers, and fails afterwards with nobody waiting. */
export const rejectsLate = route(ports)
  .use(errors(ports))
  .handler(async () => {
    void sleep(50).then(() => Promise.reject(new Error(SECRET)))
    return json(200, { status: 'answered' })
  })

const dawdle = async () => {
  await sleep(3_000)
  throw new Error(SECRET)
}

export const tooSlow = route(ports).use(errors(ports)).handler(dawdle)
export const tooSlowMutation = route(ports, { onTimeout: 'OUTCOME_UNKNOWN' }).use(errors(ports)).handler(dawdle)
