/** A real Prometheus on the running system under a small load: rules, alerts, and the question of every panel of every board. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { PaymentApi } from '../support/http.ts'
import { type AlertRule, type RecordingRule, rulesIn } from '../support/known-metrics.ts'
import { authorizeBody, authorized, captured, newMerchant } from '../support/payments.ts'
import { Prometheus } from '../support/prometheus.ts'
import { namedIn } from '../support/promql.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

/** Longer than the jobs that run once a minute take to come round. */
const DATA_DEADLINE_MS = 180_000

/** Panels that this load may leave without a line: nothing waits, is refused, is left to be found out, or does not fit. */
const mayBeEmpty = [
  'Events that wait',
  'Age of the oldest event that waits',
  'Requests judged without Redis',
  'Refused by a rate limit (429)',
  'Refused because too many were in work (503)',
  'Operations that resolve-unknown decided',
  // A currency is there while a break of it is open.
  'Not explained by currency, minor units',
]

interface Question {
  board: string
  /** The English half of the title. */
  title: string
  expr: string
}

interface DashboardFile {
  title: string
  panels: Array<{ title: string; targets?: Array<{ expr: string }> }>
}

const english = (title: string) => title.split(' · ')[0]!

function questionsIn(file: string): Question[] {
  const { title: board, panels }: DashboardFile = JSON.parse(readFileSync(join(dashboardsFolder, file), 'utf8'))
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ board: english(board), title: english(title), expr })),
  )
}

const dashboardsFolder = join(repositoryFolder, 'deploy/grafana/dashboards')
const questions = readdirSync(dashboardsFolder).flatMap(questionsIn)
const recordings = rulesIn<RecordingRule>('recording-rules.yml')
const alerts = rulesIn<AlertRule>('alert-rules.yml')

const api = new PaymentApi(systemUnderTest().apiUrl)
let prometheus: Prometheus
/** What `GET /metrics` names, with or without a value. */
let exposed: Set<string>

/** One for all of the load: each merchant with sales is an account that every later minute's jobs look at. */
const merchantId = newMerchant('metrics')

/** Every kind of operation, a decline, a repeat and a conflict. */
async function smallLoad(): Promise<void> {
  const body = authorizeBody({ merchantId, capture: true })
  const bought = await api.authorize(body)
  expect((await api.authorize(body)).replayed).toBe(true)
  expect((await api.authorize({ ...body, amount: 1 })).status).toBe(422)
  expect((await api.refund(bought.json.paymentId)).status).toBe(200)
  expect((await api.authorize(authorizeBody({ merchantId, paymentMethod: 'tok_decline' }))).status).toBe(402)
  expect((await api.void((await authorized(api, { merchantId })).paymentId)).status).toBe(200)
  const { paymentId } = await captured(api, { merchantId })
  for (let count = 0; count < 10; count++) await api.payment(paymentId)
}

beforeAll(async () => {
  prometheus = await Prometheus.start()
  const text = (await api.get('/metrics')).text
  exposed = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(match => match[1]!))
  // One outcome that nobody knows: the acquirer approves it and does not answer.
  expect((await api.authorize(authorizeBody({ paymentMethod: 'tok_timeout_after' }))).status).toBe(503)
}, 60_000)

afterAll(() => prometheus?.stop())

const withoutSuffix = (name: string) => name.replace(/_(bucket|sum|count)$/, '')
const made = new Set(['up', 'ALERTS', ...recordings.map(({ record }) => record)])
const recordedFrom = (name: string) => recordings.find(({ record }) => record === name)?.expr

/** Whether the process has what the expression names; a rule has it when its own expression does. */
const isExposed = (expr: string): boolean =>
  namedIn(expr).metrics.every(({ name }) => {
    const origin = recordedFrom(name)
    return origin === undefined
      ? made.has(name) || exposed.has(name) || exposed.has(withoutSuffix(name))
      : isExposed(origin)
  })

const hasNumber = async (expr: string) => (await prometheus.query(expr)).some(({ value }) => Number.isFinite(value))

/** Those without a number. */
async function without<T>(all: T[], exprOf: (one: T) => string): Promise<T[]> {
  const found = await Promise.all(all.map(async one => ((await hasNumber(exprOf(one))) ? [] : [one])))
  return found.flat()
}

/** Goes on with the load until the figures are there. Fails with those that are not, and when the load fails. */
async function untilNumbers<T>(all: T[], exprOf: (one: T) => string, nameOf: (one: T) => string): Promise<void> {
  const enough = new AbortController()
  const load = keepLoading(enough.signal)
  const haveNumbers = async () => {
    const missing = await without(all, exprOf)
    if (missing.length > 0) throw new Error(`no figures: ${missing.map(nameOf).join('; ')}`)
    return true
  }
  try {
    await Promise.race([
      until(haveNumbers, { what: 'the figures', deadlineMs: DATA_DEADLINE_MS, intervalMs: 1_000 }),
      load,
    ])
  } finally {
    enough.abort()
    await load
  }
}

async function keepLoading(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await smallLoad()
}

test('Prometheus reads the API', async () => {
  await until(async () => (await prometheus.query('up{job="payment-backend"}'))[0]?.value === 1, { what: 'up' })
})

test('every question of every panel is answered, and those of this load have figures', async () => {
  expect(questions.length).toBeGreaterThan(40)
  const unasked = mayBeEmpty.filter(title => !questions.some(question => question.title === title))
  expect(unasked).toEqual([])
  for (const { expr } of questions) await prometheus.query(expr)
  const expected = questions.filter(({ title, expr }) => !mayBeEmpty.includes(title) && isExposed(expr))
  await untilNumbers(
    expected,
    ({ expr }) => expr,
    ({ board, title }) => `${board}: ${title}`,
  )
}, 240_000)

describe('the rules', () => {
  test('are all loaded and evaluated without an error', async () => {
    const loaded = await until(
      async () => {
        const rules = await prometheus.rules()
        return rules.some(({ health }) => health === 'unknown') ? undefined : rules
      },
      { what: 'one evaluation of every rule' },
    )
    expect(loaded.filter(({ health }) => health !== 'ok')).toEqual([])
    expect(loaded.map(({ name }) => name).sort()).toEqual(
      [...recordings.map(({ record }) => record), ...alerts.map(({ alert }) => alert)].sort(),
    )
  })

  test('record what they say', async () => {
    const expected = recordings.map(({ record }) => record).filter(isExposed)
    await untilNumbers(
      expected,
      name => name,
      name => name,
    )
  }, 240_000)

  test('see nothing grave in a system that is well, and can see it', async () => {
    expect(await prometheus.query('ALERTS{alertstate="firing", severity="critical"}')).toEqual([])
    // The same question finds what is firing: its series are there as soon as a rule is pending or fires.
    expect(await prometheus.query('up{job="payment-backend"} == 1')).toHaveLength(1)
  })
})
