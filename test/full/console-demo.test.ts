/** The demo panel in a browser on a system of its own, which it takes apart: the API killed, Kafka and MariaDB paused, and the books afterwards. */
import './console-looks/all-looks.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { readRunFile } from '../../scripts/local/run-file.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { until } from '../../shared/runtime/until.ts'
import { inspect } from '../e2e/console-driver.ts'
import { launchBrowser } from '../e2e/shop-driver.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { TestOperators } from '../support/operators.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(180_000)

let own: OwnSystem | undefined
let browser: Browser
let database: TestDatabase | undefined
let operators: TestOperators
let context: BrowserContext
let page: Page

beforeAll(async () => {
  own = await startOwnSystem('demo-panel', undefined, {}, { web: true })
  database = openDatabase(own.system.databaseUrl)
  operators = new TestOperators(database, 'demo panel')
  await operators.add('operator')
  browser = await launchBrowser()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await database?.close()
  await own?.stop()
}, 120_000)
beforeEach(async () => {
  context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  await page.goto(`${own!.system.shopUrl}/console/demo?lang=ko#${await operators.linkFor('operator')}`)
  await stateOf('api').waitFor()
})
afterEach(() => context?.close())

const row = (name: string) => page.locator(`[data-row="${name}"]`)
const stateOf = (name: string, state = 'ready') => row(name).locator(`[data-state="${state}"]`)
const processOf = (name: string) => readRunFile(own!.runFile)!.processes.find(each => each.name === name)!

async function press(name: string, act: string): Promise<void> {
  await row(name).locator(`[data-act="${act}"]`).click()
  if (act !== 'kill' && act !== 'stop') return
  await page.getByRole('dialog').locator('[data-first]').click()
  await page.locator('dialog').waitFor({ state: 'detached' })
}

/** As the run file has it. */
const untilBack = (name: string, restarts: number) =>
  until(() => processOf(name).state === 'ready' && processOf(name).restarts >= restarts, {
    what: `${name} to be back`,
    deadlineMs: 60_000,
  })

const auditedActs = () =>
  database!.rows<{ subject: string; details: string }>(
    "SELECT subject, details FROM audit_log WHERE action = 'demo.acted' ORDER BY id",
  )

describe('under traffic', () => {
  test('the API is killed and comes back, Kafka is paused for 5 s, and all of the books hold', async () => {
    await page.getByRole('spinbutton', { name: '시간(초, 1~300)' }).fill('25')
    await page.getByRole('button', { name: '트래픽 시작' }).click()
    await page.locator('.demo-answers .tag-good').first().waitFor()

    const before = processOf('api')
    await press('api', 'kill')
    await untilBack('api', before.restarts + 1)
    expect(processOf('api').pid).not.toBe(before.pid)
    await row('api')
      .getByText(String(before.restarts + 1), { exact: true })
      .waitFor()

    await page.getByRole('spinbutton', { name: '일시 정지 길이(초)' }).fill('5')
    await press('kafka', 'pause')
    await stateOf('kafka', 'paused').waitFor()
    await inspect(page, 'ko-demo-kafka-paused')
    await page.setViewportSize({ width: 1440, height: 900 })
    await stateOf('kafka').waitFor({ timeout: 60_000 })

    await page.locator('[data-traffic="false"]').waitFor({ timeout: 60_000 })
    const settled = await verify(own!.system, { settleMs: 90_000, graceMs: 60_000 })
    expect([settled.ok, settled.pending]).toEqual([true, 0])
    expect((await auditedActs()).map(({ subject }) => subject)).toEqual(['traffic', 'api', 'kafka'])
  })
})

describe('MariaDB, without which nobody is signed in,', () => {
  test('is paused and brought back by who paused it, and the page says by which word it goes', async () => {
    await page.getByRole('spinbutton', { name: '일시 정지 길이(초)' }).fill('60')
    await press('mariadb', 'pause')
    await stateOf('mariadb', 'paused').waitFor()
    await page.getByText('조금 전에 확인된 로그인으로 이 화면을 씁니다').waitFor({ timeout: 30_000 })
    await inspect(page, 'ko-demo-mariadb-paused')
    await page.setViewportSize({ width: 1440, height: 900 })
    await press('mariadb', 'continue')
    await stateOf('mariadb').waitFor({ timeout: 30_000 })
    await page.getByText('조금 전에 확인된 로그인으로 이 화면을 씁니다').waitFor({ state: 'detached', timeout: 60_000 })
  })

  test('is stopped and started, and the entry that could not be written then is written afterwards', async () => {
    await press('mariadb', 'stop')
    await stateOf('mariadb', 'stopped').waitFor({ timeout: 30_000 })
    await press('bank', 'pause')
    await stateOf('bank', 'paused').waitFor({ timeout: 30_000 })
    await page
      .locator('section', { has: page.locator('#records-title') })
      .getByText('아직 없음')
      .first()
      .waitFor()
    await press('mariadb', 'start')
    await stateOf('mariadb').waitFor({ timeout: 60_000 })
    const written = await until(
      async () => {
        const acts = await auditedActs().catch(() => [])
        return acts.at(-1)?.subject === 'mariadb' && JSON.parse(acts.at(-1)!.details).act === 'start' ? acts : undefined
      },
      { what: 'every entry of the audit log', deadlineMs: 60_000 },
    )
    expect(written.slice(-3).map(({ subject }) => subject)).toEqual(['mariadb', 'bank', 'mariadb'])
  })
})

test('the server of this page is killed, and the page goes on by itself when it is back', async () => {
  const before = processOf('web')
  await press('web', 'kill')
  await untilBack('web', before.restarts + 1)
  await row('web')
    .getByText(String(before.restarts + 1), { exact: true })
    .waitFor({ timeout: 30_000 })
})

test('what is paused goes on when the starter ends, and everything ends', async () => {
  await page.getByRole('spinbutton', { name: '일시 정지 길이(초)' }).fill('60')
  await press('kafka', 'pause')
  await stateOf('kafka', 'paused').waitFor()
  const { runFile, stop } = own!
  const open = database!
  own = undefined
  database = undefined
  await open.close()
  await stop()
  expect(readRunFile(runFile)).toBeUndefined()
  const said = readFileSync(join(systemUnderTest().logsFolder, 'demo-panel.log'), 'utf8')
  expect(said).toContain('demo panel: demo panel operator: pause kafka seconds=60')
}, 180_000)
