/** Two or three requests on one payment, together with the jobs, and the mishaps that may befall them. */
import type { Scenario } from './explore.ts'
import type { Budget, Request } from './world.ts'

const AMOUNT = 100

const authorize = (capture = false): Request => ({
  role: 'caller',
  kind: 'authorize',
  key: 'a',
  amountMinor: AMOUNT,
  capture,
})
const capture = (key: string | null, amountMinor?: number, finalCapture?: boolean): Request => ({
  role: 'caller',
  kind: 'capture',
  key,
  amountMinor,
  finalCapture,
})
const refund = (key: string | null, amountMinor?: number): Request => ({
  role: 'caller',
  kind: 'refund',
  key,
  amountMinor,
})
const cancel = (key: string | null): Request => ({ role: 'caller', kind: 'void', key })
const resolver: Request = { role: 'resolver' }
const expirer: Request = { role: 'expirer' }

/** One of each, and time enough for a resolver to begin twice. */
const budget: Budget = { crashes: 1, timeouts: 1, duplicates: 1, leases: 2, windows: 0 }

export const scenarios = [
  {
    name: 'an authorization, its repeat and the job',
    before: [],
    requests: [authorize(), authorize(), resolver],
    budget,
  },
  {
    name: 'authorize and capture in one call, its repeat and the job',
    before: [],
    requests: [authorize(true), authorize(true), resolver],
    budget: { ...budget, duplicates: 0 },
  },
  {
    name: 'two captures in part and the job',
    before: [authorize()],
    requests: [capture('c1', 60, false), capture('c2', 60, true), resolver],
    budget,
  },
  {
    name: 'a capture in part, its repeat and the job twice',
    before: [authorize()],
    requests: [capture('c1', 60, false), capture('c1', 60, false), resolver, resolver],
    budget: { ...budget, duplicates: 0, crashes: 0 },
  },
  {
    name: 'a capture, a void and the job',
    before: [authorize()],
    requests: [capture(null), cancel('v'), resolver],
    budget,
  },
  {
    name: 'a capture in part, the expiry and the job, as the time runs out',
    before: [authorize()],
    requests: [capture('c1', 60, false), expirer, resolver],
    budget: { ...budget, windows: 1, duplicates: 0 },
  },
  {
    name: 'a void of the rest, a last capture and the expiry, as the time runs out',
    before: [authorize(), capture('c1', 60, false)],
    requests: [cancel(null), capture('c2'), expirer],
    budget: { ...budget, windows: 1, leases: 1, timeouts: 0 },
  },
  {
    name: 'two refunds that do not fit together and the job',
    before: [authorize(), capture(null)],
    requests: [refund('r1', 60), refund('r2', 60), resolver],
    budget,
  },
  {
    name: 'a refund without a key, one of all with a key, and the job',
    before: [authorize(), capture(null)],
    requests: [refund(null), refund('r2'), resolver],
    budget,
  },
] as const satisfies readonly Scenario[]

export type ScenarioName = (typeof scenarios)[number]['name']
