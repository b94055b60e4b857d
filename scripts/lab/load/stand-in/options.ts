/** The options of a scenario file. What the stand-in does not know is refused: it would be another test without it. */
import * as z from 'zod'

const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** A duration such as `1m30s` or `500ms`, in ms. */
export const duration = z
  .string()
  .regex(/^(\d+(\.\d+)?(ms|s|m|h))+$/)
  .transform(text =>
    [...text.matchAll(/([\d.]+)([a-z]+)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS_MS[unit!]!, 0),
  )

const count = z.int().min(0)
const rate = z.number().min(0)
const common = { exec: z.string(), gracefulStop: duration.default(30_000) }
const open = { ...common, timeUnit: duration.default(1_000), preAllocatedVUs: count, maxVUs: count.optional() }

const sharedIterations = z.strictObject({
  ...common,
  executor: z.literal('shared-iterations'),
  vus: count,
  iterations: count,
  maxDuration: duration.default(600_000),
})
const constantRate = z.strictObject({ ...open, executor: z.literal('constant-arrival-rate'), rate, duration })
const rampingRate = z.strictObject({
  ...open,
  executor: z.literal('ramping-arrival-rate'),
  startRate: rate.default(0),
  stages: z.array(z.strictObject({ target: rate, duration })).min(1),
})

export type Scenario = z.infer<typeof sharedIterations> | z.infer<typeof constantRate> | z.infer<typeof rampingRate>

const threshold = z.union([
  z.string().transform(text => ({ threshold: text, abortOnFail: false, delayAbortEval: 0 })),
  z.strictObject({
    threshold: z.string(),
    abortOnFail: z.boolean().default(false),
    delayAbortEval: duration.default(0),
  }),
])
export type ThresholdOption = z.infer<typeof threshold>

const options = z.strictObject({
  scenarios: z.record(z.string(), z.discriminatedUnion('executor', [sharedIterations, constantRate, rampingRate])),
  thresholds: z.record(z.string(), z.array(threshold)).default({}),
  summaryTrendStats: z.array(z.string()).default(['avg', 'min', 'med', 'max', 'p(90)', 'p(95)']),
  teardownTimeout: duration.optional(),
})

/** Throws for anything that it does not know. */
export function optionsFrom(given: unknown): z.infer<typeof options> {
  const result = options.safeParse(given)
  if (result.success) return result.data
  throw new Error(`the stand-in does not know these options:\n${z.prettifyError(result.error)}`)
}
