/** The console's page of the invariants on the running system: having them checked, by keyboard alone. More of it on a system of its own: test/full. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import type { OverviewView } from '../../shared/contracts/routes/get-overview.ts'
import { everyInvariant } from '../../shared/invariants/catalogue.ts'
import { until } from '../../shared/runtime/until.ts'
import { ConsoleDriver, inspect, untilClosed } from './console-driver.ts'

jest.setTimeout(120_000)

const words = {
  ko: {
    title: '불변식',
    check: '지금 검사',
    reason: '사유',
    done: '처리되었습니다',
    never: '보관된 전체 검사가 아직 없습니다.',
    job: '불변식 41개',
  },
  en: {
    title: 'Invariants',
    check: 'Check now',
    reason: 'Reason',
    done: 'Done',
    never: 'No full run was kept yet.',
    job: '41 invariants',
  },
} as const

let driver: ConsoleDriver
let context: BrowserContext
let page: Page
beforeAll(async () => {
  driver = await ConsoleDriver.open('invariants', 'operator')
})
afterAll(() => driver?.close())
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context?.close())

test.each(['ko', 'en'] as const)('%s: what the job found is there before any full run was kept', async language => {
  await page.route('**/operator/verify-runs/last', route =>
    route.fulfill({ json: { newest: null, lastResult: null, canRunNow: true } }),
  )
  await page.route('**/operator/overview', async route => {
    const answer = await route.fetch()
    const overview = (await answer.json()) as OverviewView
    overview.invariants = { rules: 41, failed: 0, checkedAt: '2026-11-30T01:02:03.000Z', passEndedAt: null }
    await route.fulfill({ response: answer, json: overview })
  })
  await driver.signIn(page, '/console', language)
  await page.locator('[data-part="invariants"] .figure a').click()
  await page.getByText(words[language].never).waitFor()
  const job = page.locator('.invariant-job[data-tone="good"]')
  await job.getByText(words[language].job).waitFor()
  expect(await job.locator('time').getAttribute('datetime')).toBe('2026-11-30T01:02:03.000Z')
  await page.getByRole('button', { name: words[language].check }).waitFor()
  await inspect(page, `${language}-invariants-by-job`)
  // The overview that was kept is shown while it is read again: that read would outlive the page.
  await page.unrouteAll({ behavior: 'wait' })
})

test('ko: what is wrong with a row, and why a run came to no result, are marked as the English text that they are', async () => {
  const progress = { decisions: 1, records: 1, payments: 1, lines: 1, answers: 1 }
  const at = '2026-11-30T01:02:03.000Z'
  const run = {
    ...{ runId: 'vrf_01M8J0F0B6Q0A1S2D3F4G5H6J7', state: 'DONE', askedBy: 'somebody' },
    ...{ askedAt: at, startedAt: at, finishedAt: at, progress, problem: null },
  }
  const { name, group, sentence } = everyInvariant[0]!
  const rows = [{ row: 'pay_01M8J0F0B6Q0A1S2D3F4G5H6J7', problem: 'captured 1, booked 2' }]
  const rule = { name, group, sentence, checked: 3, failed: 2, pending: 0, rows }
  const figures = {
    payments: 1,
    outboxRows: 1,
    distinctEvents: 1,
    kafkaRecords: 1,
    duplicates: 0,
    acquirerDecisions: 1,
  }
  const lastResult = { run, figures, acquirerSkipped: null, rules: [rule] }
  const newest = { ...run, state: 'FAILED', problem: 'Kafka is away' }
  await page.route('**/operator/verify-runs/last', route =>
    route.fulfill({ json: { newest, lastResult, canRunNow: true } }),
  )
  await driver.signIn(page, '/console/invariants', 'ko')
  const english = page.locator('main [lang="en"]')
  await english.filter({ hasText: 'captured 1, booked 2' }).waitFor()
  expect(await english.allTextContents()).toEqual(['Kafka is away', `${rows[0]!.row}: captured 1, booked 2`])
  // That there are more rows is the page's own sentence.
  expect(await page.locator('.invariant-rows li:not([lang])').count()).toBe(1)
  await inspect(page, 'ko-invariants-broken')
})

test.each(['ko', 'en'] as const)(
  '%s: a check is asked for with a reason, and followed to what it found',
  async language => {
    const { title, check, reason, done } = words[language]
    const why = `before the month is closed, ${language} ${Date.now()}`
    await driver.signIn(page, '/console/invariants', language)
    await page.getByRole('heading', { name: title, exact: true }).waitFor()
    await page.getByRole('button', { name: check }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('POST /operator/verify-runs').waitFor()
    await dialog.getByRole('textbox', { name: reason }).focus()
    await page.keyboard.type(why)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.getByText(done).first().waitFor()
    await page.keyboard.press('Escape')
    await untilClosed(page)

    const runs = () =>
      driver.database.rows<{ run_id: string; state: string }>(
        'SELECT run_id, state FROM verify_run ORDER BY run_id DESC LIMIT 1',
      )
    await until(async () => (await runs())[0]?.state === 'DONE', { what: 'the run to be done', deadlineMs: 90_000 })
    const [run] = await runs()
    await page.locator(`[data-run="DONE"][data-run-id="${run!.run_id}"]`).waitFor()
    await page
      .locator('.invariant-group .invariant-rule')
      .nth(everyInvariant.length - 1)
      .waitFor({ state: 'attached' })
    expect(await page.locator('.invariant-group .invariant-rule').count()).toBe(everyInvariant.length)
    expect(
      await driver.database.count("SELECT COUNT(*) FROM audit_log WHERE action = 'verify.requested' AND reason = ?", [
        why,
      ]),
    ).toBe(1)
    await inspect(page, `${language}-invariants`)
  },
)
