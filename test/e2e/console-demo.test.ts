/** The demo panel in a browser on the running system, by keyboard alone: pausing a part, traffic, and what is seen of both. More of it on a system of its own: test/full. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { until } from '../../shared/runtime/until.ts'
import { full } from '../support/in-full.ts'
import { ConsoleDriver, inspect } from './console-driver.ts'
import { type Language, untilPageSays } from './shop-driver.ts'

jest.setTimeout(120_000)

const words = {
  ko: {
    title: '데모',
    seconds: '일시 정지 길이(초)',
    reason: '사유',
    pause: '은행 일시 정지',
    resume: '은행 계속',
    kill: '은행 강제 종료',
    says: 'SIGKILL을 보냅니다',
    begin: '트래픽 시작',
    stop: '트래픽 중지',
    seed: '시드',
    live: '실시간',
    written: '기록됨',
    viewer: '보기만 할 수 있습니다. 실행하려면 운영자 역할이 필요합니다.',
    copied: 'tok_decline 복사됨',
    ofSeed: '이 시드로 만든 결제 보기',
    allTime: '전체 기간 조건 지우기',
  },
  en: {
    title: 'Demo',
    seconds: 'Length of a pause (s)',
    reason: 'Reason',
    pause: 'Bank Pause',
    resume: 'Bank Continue',
    kill: 'Bank Kill',
    says: 'Sends SIGKILL to its processes.',
    begin: 'Begin traffic',
    stop: 'Stop traffic',
    seed: 'Seed',
    live: 'Live',
    written: 'written',
    viewer: 'You may look. Acting needs the role operator.',
    copied: 'tok_decline copied',
    ofSeed: 'Payments of this seed',
    allTime: 'Remove filter All time',
  },
} as const

let driver: ConsoleDriver
let viewer: ConsoleDriver
let context: BrowserContext
let page: Page
beforeAll(async () => {
  driver = await ConsoleDriver.open('demo', 'operator')
  viewer = await ConsoleDriver.open('demo look', 'viewer')
})
afterAll(async () => {
  await driver?.close()
  await viewer?.close()
})
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context?.close())

async function open(language: Language): Promise<void> {
  await driver.signIn(page, '/console', language)
  // By the menu, which has it because there is a panel here.
  await page.getByRole('navigation').getByRole('link', { name: words[language].title, exact: true }).click()
  await page.getByRole('heading', { name: words[language].title, exact: true }).waitFor()
  await bank().waitFor()
}

const bank = () => page.locator('[data-row="bank"]')
const bankIs = (state: string) => bank().locator(`[data-state="${state}"]`).waitFor()
const entries = (reason: string) => driver.database.count('SELECT COUNT(*) FROM audit_log WHERE reason = ?', [reason])

/** Moves the focus there as a keyboard does not, and presses a key as one does. */
async function press(name: string, key = 'Enter'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).focus()
  await page.keyboard.press(key)
}

describe.each(['ko', 'en'] as const)('%s', language => {
  const {
    title,
    seconds,
    reason,
    pause,
    resume,
    kill,
    says,
    begin,
    stop,
    seed,
    live,
    written,
    viewer: looks,
    ofSeed,
    allTime,
  } = words[language]

  test('a part is paused for a while and goes on by hand, and the audit log has it with the reason', async () => {
    await open(language)
    const why = `to see it stand still, ${language} ${Date.now()}`
    await page.getByRole('textbox', { name: reason }).fill(why)
    await page.getByRole('spinbutton', { name: seconds }).fill('60')
    await press(pause)
    await bankIs('paused')
    expect(await page.getByRole('switch', { name: live }).isChecked()).toBe(true)
    // The place is the same, and so is the focus.
    await untilPageSays(page, 'document.activeElement.dataset.act', 'continue')
    await inspect(page, `${language}-demo-paused`)
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByRole('button', { name: resume, exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await bankIs('ready')
    await until(async () => (await entries(why)) === 2, { what: 'both entries of the audit log' })
    await page
      .locator('section', { has: page.locator('#records-title') })
      .getByText(written)
      .first()
      .waitFor()
  })

  test('a short pause ends by itself, which the page shows by itself', async () => {
    await open(language)
    await page.getByRole('spinbutton', { name: seconds }).fill('4')
    await press(pause)
    await bankIs('paused')
    await bankIs('ready')
  })

  test('what a kill does is said before, and Esc does nothing', async () => {
    await open(language)
    await press(kill)
    await page.getByRole('dialog').getByText(says).waitFor()
    await inspect(page, `${language}-demo-kill`)
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.dataset.act')).toBe('kill')
    await bankIs('ready')
  })

  test('traffic is begun by a seed, seen in counts and payments, and stopped', async () => {
    await open(language)
    const drawn = String(Date.now() % 1_000_000)
    await page.getByRole('spinbutton', { name: seed }).fill(drawn)
    await press(begin)
    await page.locator('[data-traffic="true"]').waitFor()
    const traffic = page.locator('section', { has: page.locator('#traffic-title') })
    await traffic.getByText(new RegExp(`(?:시드|seed) ${drawn}\\b`)).waitFor()
    await traffic.locator('.demo-answers .tag-good').first().waitFor()
    await inspect(page, `${language}-demo-traffic`)
    await page.setViewportSize({ width: 1440, height: 900 })
    await press(stop)
    await page.locator('[data-traffic="false"]').waitFor()
    const count = () => driver.database.count('SELECT COUNT(*) FROM payment WHERE order_id = ?', [`demo-${drawn}`])
    expect(await count()).toBeGreaterThan(0)
    await page
      .locator('section', { has: page.locator('#newest-title') })
      .getByRole('link', { name: /pay_/ })
      .first()
      .waitFor()
    if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g)).toBeNull()
    await traffic.getByRole('link', { name: ofSeed, exact: true }).click()
    await page.getByRole('link', { name: allTime, exact: true }).waitFor()
    await page.locator('.rows tbody tr').first().waitFor()
  })

  test('a viewer sees it, and has nothing to press that acts', async () => {
    const other = await viewer.newContext()
    const seen = await other.newPage()
    await viewer.signIn(seen, '/console/demo', language)
    await seen.getByRole('heading', { name: title, exact: true }).waitFor()
    await seen.getByText(looks).waitFor()
    await seen.locator('[data-row="kafka"]').waitFor()
    expect(await seen.locator('[data-act], .demo-form').count()).toBe(0)
    await other.close()
  })
})

full('live ends when it is switched off, and asks nothing while it is', async () => {
  await page.clock.install()
  await open('ko')
  await page.waitForLoadState('networkidle')
  const asked: string[] = []
  page.on('request', request => asked.push(new URL(request.url()).pathname))
  await page.clock.runFor(60_000)
  expect(asked).toEqual([])
  await page.getByRole('switch', { name: '실시간' }).check()
  await page.clock.runFor(2_500)
  await until(
    () =>
      asked.includes('/operator/demo') && asked.includes('/operator/payments') && asked.includes('/operator/overview'),
    {
      what: 'all three to be read',
    },
  )
  await page.clock.runFor(5 * 60_000)
  await page.getByRole('switch', { name: '실시간', checked: false }).waitFor()
  const before = asked.length
  await page.clock.runFor(60_000)
  expect(asked.length).toBe(before)
})

full.each([
  ['ko', '미발행 이벤트', '결과 미확인 작업'],
  ['en', 'Unpublished events', 'Operations with unknown outcome'],
] as const)(
  'failures have their keys; figures have the tones of the overview and lead to their lists: %s',
  async (...words) => {
    const [language, unpublished, unknown] = words
    const failure = { at: new Date().toISOString(), step: 'authorize', answer: 503, code: 'OUTCOME_UNKNOWN' }
    const known = { ...failure, key: 'demo-mi0abcde-123456-7-capture', paymentId: 'pay_01M81XZHJW17YGZNRCM5X9JWX9' }
    const lost = { ...failure, answer: 'unreachable', code: null, key: 'demo-mi0abcde-123456-8', paymentId: null }
    const times = { startedAt: failure.at, endsAt: failure.at }
    const traffic = { isOn: false, askedBy: 'kim', seed: 123456, ratePerSecond: 5, lengthSeconds: 60, ...times }
    const counts = { begun: 9, underWay: 0, leftOut: 0, answers: [{ answer: 503, count: 1 }] }
    await page.route('**/operator/demo', async route => {
      const answer = await route.fetch()
      const view = await answer.json()
      await route.fulfill({
        response: answer,
        json: { ...view, traffic: { ...traffic, ...counts, failures: [known, lost] } },
      })
    })
    let ageMs = 1_000
    await page.route('**/operator/overview', async route => {
      const answer = await route.fetch()
      const overview = await answer.json()
      const oldestCreatedAt = new Date(Date.parse(overview.asOf) - ageMs).toISOString()
      await route.fulfill({
        response: answer,
        json: { ...overview, outbox: { waiting: 7, parked: 0, oldestCreatedAt } },
      })
    })
    await open(language)
    const figure = (name: string) =>
      page.locator('.facts > div', { has: page.getByRole('link', { name, exact: true }) }).locator('.tag')
    await figure(unpublished).filter({ hasText: '7' }).waitFor()
    expect(await figure(unpublished).getAttribute('class')).toContain('tag-good')
    const failures = page.getByRole('table').filter({ hasText: known.key })
    expect(await failures.getByText(known.code).count()).toBe(1)
    const hrefs = await Promise.all(
      (await failures.getByRole('link').all()).map(async link => (await link.getAttribute('href'))!),
    )
    expect(hrefs).toEqual([`/console/payments/${known.paymentId}`, `/console/lookup?id=${lost.key}`])
    await inspect(page, `${language}-demo-failures`)
    await page.setViewportSize({ width: 1440, height: 900 })

    ageMs = 3_000
    // The address of the menu names no language, and the browser's is Korean.
    await page.goto(driver.address('/console/demo', language))
    await figure(unpublished).filter({ hasText: '7' }).waitFor()
    expect(await figure(unpublished).getAttribute('class')).toContain('tag-undecided')
    // So low that the list is not in view by itself.
    await page.setViewportSize({ width: 1440, height: 400 })
    await page.getByRole('link', { name: unknown, exact: true }).click()
    await page.waitForURL(url => /^\/console\/?$/.test(url.pathname) && url.hash === '#unknown-title')
    const isInView = 'document.getElementById("unknown-title")?.getBoundingClientRect().top < innerHeight'
    await until(async () => (await page.evaluate(isInView)) === true, { what: 'the list of unknown outcomes' })
    // A request that is still under way would outlive the page.
    await page.unrouteAll({ behavior: 'wait' })
  },
)

full('tokens are copied', async () => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open('en')
  await press('Copy tok_decline')
  await page.getByText(words.en.copied).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('tok_decline')
})

full('without a panel the page says why, and the menu does not have it', async () => {
  const absent = (details: object) => ({
    status: 404,
    contentType: 'application/json',
    body: JSON.stringify({ code: 'NOT_FOUND', message: '', requestId: 'r', details }),
  })
  await page.route('**/operator/demo', route => route.fulfill(absent({})))
  await driver.signIn(page, '/console/demo', 'ko')
  await page.getByText('데모 화면은 npm start로 띄운 샌드박스에만 있습니다.').waitFor()
  expect(await page.locator('.console-sections a').filter({ hasText: '데모' }).count()).toBe(0)
  await page.unroute('**/operator/demo')
  await page.route('**/operator/demo', route => route.fulfill(absent({ reason: 'not_our_database' })))
  await page.reload()
  await page.getByText('스타터가 띄우지 않은 데이터베이스').waitFor()
})

full('a panel that could not be loaded says so, with the request id, and never that it is not there', async () => {
  const body = JSON.stringify({
    code: 'SERVICE_UNAVAILABLE',
    message: '',
    requestId: 'r',
    details: { reason: 'who_is_unknown' },
  })
  const away = { status: 503, contentType: 'application/json', headers: { 'x-request-id': 'req_planted' }, body }
  await page.route('**/operator/demo', route => route.fulfill(away))
  await driver.signIn(page, '/console/demo', 'ko')
  const alert = page.getByRole('alert')
  await alert.getByText('데모 화면을 불러오지 못했습니다').waitFor()
  expect(await alert.textContent()).toContain('req_planted')
  await page.locator('.console-undecided').getByText('npm run service -- start mariadb').waitFor()
  expect(await page.locator('main').textContent()).not.toMatch(/여기에는 데모 화면이 없습니다|대기/)
})
